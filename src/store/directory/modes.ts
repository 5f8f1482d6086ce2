import { type FileHandle, open } from 'node:fs/promises';

/** Who may read what this store makes, whatever the umask of the process is. */
export interface Modes {
  readonly file: number;
  readonly folder: number;
}

/** A backup holds what its source lets few people read, so nobody else reads it either, but for a group by choice. */
export const modesOf = (groupReadable: boolean): Modes =>
  groupReadable ? { file: 0o640, folder: 0o750 } : { file: 0o600, folder: 0o700 };

/** A new file; throws what `open` throws. */
export async function openNew(absolute: string, { file }: Modes): Promise<FileHandle> {
  const handle = await open(absolute, 'wx', file);
  await holdTo(file, { mode: async () => (await handle.stat()).mode, set: (mode) => handle.chmod(mode) });
  return handle;
}

/**
 * Sets what a umask has taken away, and leaves set-group-ID as it is: it hands a volume's group down. Where the file
 * system keeps no modes (FAT, SMB), its mount options say who reads.
 */
export async function holdTo(
  wanted: number,
  { mode, set }: { mode(): Promise<number>; set(mode: number): Promise<void> },
): Promise<void> {
  const now = (await mode()) & 0o7777;
  if ((now & 0o777) !== wanted) await set((now & 0o7000) | wanted).catch(() => undefined);
}
