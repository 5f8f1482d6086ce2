import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Emulator } from '../dropbox/emulator.ts';

/** Path relative to the source → SHA-256 of the content. */
export type Contents = ReadonlyMap<string, string>;

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What the emulator holds below a folder, read past the API. */
export async function contentsOf({ tree }: Emulator, folder: string): Promise<Map<string, string>> {
  const contents = new Map<string, string>();
  if (!tree.exists(folder)) return contents;
  for (const path of tree.files(folder)) contents.set(path.slice(folder.length + 1), sha256(await tree.read(path)));
  return contents;
}

export async function unzipped({ tree }: Emulator, path: string): Promise<Map<string, string>> {
  return unzippedBytes(await tree.read(path));
}

/** What somebody else's unzip gets out of a stored backup, after its own test and after sha256sum was satisfied. */
export function unzippedBytes(backup: Buffer): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-truth-'));
  try {
    const zip = join(folder, 'backup.zip');
    writeFileSync(zip, backup);
    const out = join(folder, 'out');
    execFileSync('unzip', ['-qq', zip, '-d', out], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    execFileSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: out });
    return filesBelow(join(out, 'CASES'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const READ_MEMBER = 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))';

/** One file of a stored backup, by Python, to which an entry of any name is no fault. */
export function memberOf(backup: Buffer, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-truth-'));
  try {
    const zip = join(folder, 'backup.zip');
    writeFileSync(zip, backup);
    return execFileSync('python3', ['-c', READ_MEMBER, zip, name], { encoding: 'utf8', maxBuffer: 1 << 28 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function filesBelow(folder: string): Map<string, string> {
  const contents = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (statSync(path).isFile()) contents.set(relative(folder, path), sha256(readFileSync(path)));
  }
  return contents;
}
