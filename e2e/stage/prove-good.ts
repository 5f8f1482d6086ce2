import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../cluster/command.ts';
import type { Dropbox } from './dropbox.ts';

/** That a backup in Dropbox is a ZIP which Info-ZIP and sha256sum find good, and has every case of that folder; returns its files. */
export async function proveGood(
  dropbox: Pick<Dropbox, 'download' | 'list'>,
  path: string,
  root = '/CASES',
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-e2e-zip-'));
  try {
    const zip = join(folder, 'backup.zip');
    const unpacked = join(folder, 'unpacked');
    writeFileSync(zip, await dropbox.download(path));
    await command('unzip', '-tqq', zip);
    await command('unzip', '-q', zip, '-d', unpacked);
    await command('sh', '-c', 'cd "$1" && sha256sum --quiet --strict --check SHA256SUMS', 'sh', unpacked);
    const files = globSync('CASES/**/*.*', { cwd: unpacked }).sort();
    const sums = readFileSync(join(unpacked, 'SHA256SUMS'), 'utf8');
    for (const file of files) assert.ok(sums.includes(file), `${file} is not in SHA256SUMS`);
    const cases = new Set(files.map((file) => file.split('/')[1]));
    assert.deepEqual([...cases].sort(), (await dropbox.list(root)).sort());
    return files;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
