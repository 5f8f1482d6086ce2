import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';

const NOBODY = 65_534;

/** Runs `work` so that file modes count, which they don't for root. The root's temporary parent is opened to others. */
export async function unprivileged<T>(root: string, work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  await chmod(dirname(root), 0o755);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
