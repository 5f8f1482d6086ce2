import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 250;

/** What lies below a folder; what vanishes meanwhile counts nothing. */
export function folderBytes(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

/** The most that lay below a folder while `work` went on; looks are for folders of few files. */
export async function mostBytesWhile<R>(folder: string, work: () => Promise<R>): Promise<{ result: R; bytes: number }> {
  const ended = new AbortController();
  let bytes = 0;
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      bytes = Math.max(bytes, folderBytes(folder));
      await delay(LOOK_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  const result = await work().finally(() => ended.abort());
  await watching;
  return { result, bytes: Math.max(bytes, folderBytes(folder)) };
}
