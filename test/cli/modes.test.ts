import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';

/** Modes of the files and folders below the destination, without those of the destination itself. */
function modesIn(folder: string): { readonly files: Set<string>; readonly folders: Set<string> } {
  const [files, folders] = [new Set<string>(), new Set<string>()];
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const stats = statSync(join(folder, path));
    (stats.isDirectory() ? folders : files).add((stats.mode & 0o777).toString(8));
  }
  return { files, folders };
}

for (const [groupReadable, file, folder] of [
  [false, '600', '700'],
  [true, '640', '750'],
] as const) {
  test(`With groupReadable ${groupReadable} a night's backup and state are ${file} in folders of ${folder}, under any umask`, {
    timeout: 60_000,
  }, async () => {
    for (const umask of ['0000', '0077', '0777']) {
      using office = openOffice();
      const spec = JSON.parse(readFileSync(office.policy, 'utf8')).spec;
      const policy = office.write('modes.yaml', {
        ...spec,
        destination: { directory: { path: office.destination, groupReadable } },
      });
      const wrap = ['sh', '-c', `umask ${umask}; exec "$0" "$@"`];
      const { code, stderr } = await runJob(['run', '-f', policy], { env: office.env, wrap });
      assert.equal(code, 0, stderr);
      assert.deepEqual(modesIn(office.destination), { files: new Set([file]), folders: new Set([folder]) });
    }
  });
}
