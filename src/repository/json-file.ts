import { Failure } from '../host/errors.ts';
import type { FileEntry, ReadableStore } from '../store/store.ts';

/** Small JSON files at the destination (lease, run records): pretty, since people look at them when it is dark. */
export const toJson = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

const LARGEST_BYTES = 4 * 1024 * 1024;

/** The parsed content, or undefined when it is not JSON. Whether it has the right shape is for the caller's schema. */
export async function readJson(store: ReadableStore, file: FileEntry, signal: AbortSignal): Promise<unknown> {
  if (file.size > LARGEST_BYTES) {
    throw new Failure(
      'StateFileTooLarge',
      `${store.locate(file.path)} has ${file.size} bytes, which none of our JSON files has`,
    );
  }
  const { bytes } = await store.load(file, signal);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
