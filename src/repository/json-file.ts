import { type FileEntry, type ReadableStore, Unavailable } from '../store/store.ts';

/** Small JSON files at the destination (lease, run records): pretty, since people look at them when it is dark. */
export const toJson = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

/** Far more than any of ours has. What is larger is not read at all. */
const LARGEST_BYTES = 4 * 1024 * 1024;

/**
 * Somebody may touch or replace a file between the look at it and its reading: a run writes its lease every 45 s, and
 * of several that start together each writes it at once. One that never keeps still is given up.
 */
const MOST_LOOKS = 10;

export interface ReadJson {
  /** The parsed content, or undefined when it is no JSON. Whether it has the right shape is for the caller's schema. */
  readonly value: unknown;
  /** False when it can't be read, or is so large that it was not tried; there is no value then. */
  readonly isRead: boolean;
  /** As it stood when it was read, with its content_hash where it was: what a swap compares with. */
  readonly file: FileEntry;
}

/** Undefined when the file is gone, or something else than a file has taken its place. */
export async function readJson(
  store: ReadableStore,
  listed: FileEntry,
  signal: AbortSignal,
): Promise<ReadJson | undefined> {
  let file = listed;
  for (let look = 1; ; look++) {
    if (file.size > LARGEST_BYTES) return { value: undefined, isRead: false, file };
    try {
      const { bytes, digest } = await store.load(file, signal);
      return { value: parsed(bytes), isRead: true, file: { ...file, contentHash: digest.contentHash } };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      if (!MOVING.has(error.reason) || look === MOST_LOOKS) return { value: undefined, isRead: false, file };
    }
    const now = await store.stat(file.path, signal);
    if (now?.kind !== 'file') return undefined;
    file = now;
  }
}

const MOVING: ReadonlySet<string> = new Set(['changed_during_run', 'deleted_during_run']);

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
