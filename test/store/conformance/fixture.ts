import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Clock } from '../../../src/host/clock.ts';
import { createHasher } from '../../../src/store/content-hash.ts';
import {
  Conflict,
  type Digest,
  type Entry,
  type FileEntry,
  type Page,
  type Source,
  type Store,
} from '../../../src/store/store.ts';

/** A store on an empty root that exists, and hands that reach into it behind its back. */
export interface ConformanceFixture {
  readonly store: Store & Source;
  /** Another store of the same kind whose root does not exist. */
  readonly rootless: Store;
  /** The clock that the store was given; its time is about the store's. */
  readonly clock: Clock;
  /** Makes or replaces a file, with its parents. */
  seed(path: string, bytes: Buffer): Promise<void>;
  seedFolder(path: string): Promise<void>;
  /** Removes a file or a folder with what is in it. */
  unseed(path: string): Promise<void>;
  dispose(): Promise<void>;
}

export type MakeFixture = () => Promise<ConformanceFixture>;

/** Registers one sentence of the contract as a test with a fixture of its own. A call that hangs breaks the contract too. */
export type Sentence = (sentence: string, check: (fixture: ConformanceFixture) => Promise<void>) => void;

export function sentencesWith(make: MakeFixture): Sentence {
  return (sentence, check) => {
    it(sentence, { timeout: 60_000 }, async () => {
      const fixture = await make();
      try {
        await check(fixture);
      } finally {
        await fixture.dispose();
      }
    });
  };
}

export const MIB = 1024 * 1024;
export const never = new AbortController().signal;

/** Bytes that differ from place to place, so that a block in the wrong place is seen. */
export function pattern(size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let at = 0; at < words.length; at++) words[at] = Math.imul(at + 1, 2654435761);
  return Buffer.from(words.buffer, 0, size);
}

export async function* inChunks(bytes: Buffer, chunk = 300_000): AsyncGenerator<Buffer, void, void> {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}

export function digestOf(bytes: Buffer): Digest {
  const hasher = createHasher();
  hasher.update(bytes);
  return hasher.digest();
}

export async function fileAt(store: Store, path: string): Promise<FileEntry> {
  const entry = await store.stat(path, never);
  assert.equal(entry?.kind, 'file', `${path} is a file`);
  return entry;
}

/** What a consumer of pages ends up with, sorted by key. */
export async function applied(pages: AsyncIterable<Page>): Promise<Exclude<Entry, { kind: 'deleted' }>[]> {
  const known = new Map<string, Exclude<Entry, { kind: 'deleted' }>>();
  for await (const page of pages) {
    if (page.kind === 'restart') known.clear();
    else for (const entry of page.entries) apply(known, entry);
  }
  return [...known.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function apply(known: Map<string, Exclude<Entry, { kind: 'deleted' }>>, entry: Entry): void {
  if (entry.kind !== 'deleted') {
    known.set(entry.key, entry);
    return;
  }
  for (const key of known.keys()) {
    if (key === entry.key || key.startsWith(`${entry.key}/`)) known.delete(key);
  }
}

export async function listed(store: Store, folder = '', recursive = true): Promise<string[]> {
  const entries = await applied(store.list(folder, { recursive }, never));
  return entries.map((entry) => `${entry.kind} ${entry.path}`).toSorted();
}

/** Everything that a stream yields, and what it returns. */
export async function drained(
  stream: AsyncGenerator<Buffer, Digest, void>,
): Promise<{ readonly chunks: Buffer[]; readonly digest: Digest }> {
  const chunks: Buffer[] = [];
  for (;;) {
    const next = await stream.next();
    if (next.done) return { chunks, digest: next.value };
    chunks.push(next.value);
  }
}

export async function contentAt(store: Store, path: string): Promise<Buffer> {
  return (await store.load(await fileAt(store, path), never)).bytes;
}

export async function assertConflict(work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => error instanceof Conflict);
}
