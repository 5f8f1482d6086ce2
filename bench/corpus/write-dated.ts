import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Seeded } from './seeded.ts';

export async function writeDated(path: string, content: Buffer, random: Seeded): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await setDate(path, random);
}

/** From 2003 to 2026, to the second. */
export async function setDate(path: string, random: Seeded): Promise<void> {
  const modified = Date.UTC(2003, 0, 1) / 1000 + random.integer(23 * 365 * 86_400);
  await utimes(path, modified, modified);
}
