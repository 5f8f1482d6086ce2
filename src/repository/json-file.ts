import { Failure } from '../host/errors.ts';
import { type FileEntry, type ReadableStore, Unavailable } from '../store/store.ts';

/** Small JSON files at the destination (lease, run records): pretty, since people look at them when it is dark. */
export const toJson = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

const LARGEST_BYTES = 4 * 1024 * 1024;

/** Somebody may touch or replace a file between the look at it and its reading; one that never keeps still is given up. */
const MOST_LOOKS = 3;

export interface ReadJson {
  /** The parsed content, or undefined when it is not JSON. Whether it has the right shape is for the caller's schema. */
  readonly value: unknown;
  /** As it stood when it was read, with its content_hash: what a swap compares with. */
  readonly file: FileEntry;
}

export async function readJson(store: ReadableStore, listed: FileEntry, signal: AbortSignal): Promise<ReadJson> {
  let file = listed;
  for (let look = 1; ; look++) {
    if (file.size > LARGEST_BYTES) {
      throw new Failure(
        'StateFileTooLarge',
        `${store.locate(file.path)} has ${file.size} bytes, which none of our JSON files has`,
      );
    }
    try {
      const { bytes, digest } = await store.load(file, signal);
      return { value: parsed(bytes), file: { ...file, contentHash: digest.contentHash } };
    } catch (error) {
      const hasChanged = error instanceof Unavailable && error.reason === 'changed_during_run';
      const now = hasChanged && look < MOST_LOOKS ? await store.stat(file.path, signal) : undefined;
      if (now?.kind !== 'file') throw error;
      file = now;
    }
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
