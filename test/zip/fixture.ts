import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import type { ZipInput, ZipWritten } from '../../src/zip/entry.ts';
import { openZip, type ZipFile } from '../../src/zip/read/open-zip.ts';
import { createArchive, type ZipArchive } from '../../src/zip/write/archive.ts';
import { type WriteOptions, writeEntries } from '../../src/zip/write/write-entries.ts';

export const run = promisify(execFile);

export const NOON = new Date('2024-02-29T12:34:57Z');

export const options = {
  compression: 'Auto',
  maxConcurrentLoads: 4,
  cores: 2,
  signal: new AbortController().signal,
  onFailure: (_input: ZipInput<unknown>, error: unknown) => {
    throw error;
  },
} satisfies WriteOptions<unknown>;

/** An input whose content is at hand; the digest is its length. */
export function input(name: string, content: Buffer | string = '', modified = NOON): ZipInput<number> {
  const bytes = Buffer.from(content);
  return {
    name,
    modified,
    size: bytes.length,
    load: async () => ({ bytes: Buffer.from(bytes), digest: bytes.length }),
    async *stream() {
      for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
      return bytes.length;
    },
  };
}

/** The same input, whose source breaks after so many bytes. */
export function breaking<D>(
  whole: ZipInput<D>,
  after: number,
  error: unknown = new Error('connection reset'),
): ZipInput<D> {
  return {
    ...whole,
    load: () => Promise.reject(error),
    async *stream(signal) {
      let left = after;
      for await (const chunk of whole.stream(signal)) {
        yield chunk.subarray(0, left);
        left -= chunk.length;
        if (left <= 0) throw error;
      }
      throw error;
    },
  };
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'zip-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Writes an archive into memory. */
export async function zipOf<D>(
  t: TestContext,
  inputs: Iterable<ZipInput<D>> | AsyncIterable<ZipInput<D>>,
  changes: Partial<WriteOptions<D>> = {},
): Promise<{ readonly bytes: Buffer; readonly written: ZipWritten<D>[]; readonly archive: ZipArchive }> {
  const folder = await temporaryFolder(t);
  const chunks: Buffer[] = [];
  const archive = await createArchive((chunk) => void chunks.push(chunk), join(folder, 'spool'));
  try {
    const written = await collect(writeEntries(archive, inputs, { ...options, ...changes }));
    await archive.finish();
    return { bytes: Buffer.concat(chunks), written, archive };
  } finally {
    await archive.close();
  }
}

const PAGE = Buffer.alloc(4096);

/** Writes an archive into a file; pages of zeros become holes, so that 4 GiB of them take little space. */
export async function zipFileOf<D>(
  path: string,
  inputs: Iterable<ZipInput<D>>,
  changes: Partial<WriteOptions<D>> = {},
): Promise<ZipWritten<D>[]> {
  const file = openSync(path, 'w');
  const archive = await createArchive((chunk) => {
    const start = archive.bytes - chunk.length;
    for (let at = 0; at < chunk.length; at += PAGE.length) {
      const page = chunk.subarray(at, at + PAGE.length);
      if (!page.equals(PAGE)) writeSync(file, page, 0, page.length, start + at);
    }
    return undefined;
  }, `${path}.spool`);
  try {
    const written = await collect(writeEntries(archive, inputs, { ...options, ...changes }));
    await archive.finish();
    return written;
  } finally {
    await archive.close();
    closeSync(file);
  }
}

export function openBytes(bytes: Buffer): Promise<ZipFile> {
  return openZip(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length);
}

/** What four independent programs say; rejects unless all of them, reading by directory and as a stream, accept it. */
export async function askReferees(path: string, { asStream = true } = {}): Promise<void> {
  // In the C locale bsdtar can't show every name.
  const options = { maxBuffer: 1e9, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  await run('unzip', ['-tqq', path], options);
  await run('7z', ['t', path], options);
  await run('python3', ['-c', TEST_WITH_PYTHON, path], options);
  await run('bsdtar', ['-tf', path], options);
  if (asStream) await run('sh', ['-c', 'bsdtar -xOf - < "$1" > /dev/null', 'sh', path], options);
}

const TEST_WITH_PYTHON = `
import sys, zipfile
bad = zipfile.ZipFile(sys.argv[1]).testzip()
sys.exit(f'bad entry: {bad}' if bad else 0)`;
