import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import { type ReadJson, readJson, toJson } from './json-file.ts';

export interface JsonChange {
  readonly path: string;
  readonly value: unknown;
  /** What it takes the place of, as it was read or written, or that nothing stands there. */
  readonly current: FileEntry | 'absent';
  /** Whether what stands there instead is of the caller's own hand, beside the value itself. */
  isOwn?(value: unknown): boolean;
}

/** A look after each refusal; more of them mean that somebody else writes there all the time. */
const MOST_PUTS = 3;

/**
 * Puts JSON in the place of `current`, which nobody else may have changed; throws Conflict where somebody has. A refusal
 * alone does not tell: a put whose answer was lost is refused when it is sent again, and so is one after a file that was
 * only touched. So what stands there is read. Is it the value, it was put; is it still `current`, or of the caller's own
 * hand, it is replaced by the value once more.
 */
export async function putJson(
  store: Store,
  { path, value, current, isOwn = () => false }: JsonChange,
  signal: AbortSignal,
): Promise<FileEntry> {
  const wanted = JSON.stringify(value);
  let expected = current;
  for (let put = 1; ; put++) {
    try {
      return await store.put(path, toJson(value), expected, signal);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      const found = await readAt(store, path, signal);
      if (!found?.isRead) throw error;
      if (JSON.stringify(found.value) === wanted) return found.file;
      if (put === MOST_PUTS || !(isCurrent(found.file, current) || isOwn(found.value))) throw error;
      expected = found.file;
    }
  }
}

async function readAt(store: Store, path: string, signal: AbortSignal): Promise<ReadJson | undefined> {
  const there = await store.stat(path, signal);
  return there?.kind === 'file' ? await readJson(store, there, signal) : undefined;
}

const isCurrent = (found: FileEntry, current: FileEntry | 'absent'): boolean =>
  current !== 'absent' && current.contentHash !== undefined && found.contentHash === current.contentHash;
