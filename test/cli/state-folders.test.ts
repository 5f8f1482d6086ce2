import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runJob } from './backup-job.ts';
import { type Office, openOffice } from './office.ts';
import { assertFailedRun, assertRefused } from './refusal.ts';

/** What can stand in place of a state folder; each returns where nothing may be changed. */
const INTRUDERS: Readonly<Record<string, (office: Office, at: string) => string>> = {
  'a link elsewhere': ({ folder }, at) => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, at);
    return elsewhere;
  },
  'a link into the source': ({ source }, at) => {
    symlinkSync(join(source, 'USA001_Smith'), at);
    return join(source, 'USA001_Smith');
  },
  'a link to nothing': ({ folder }, at) => {
    symlinkSync(join(folder, 'nowhere'), at);
    return folder;
  },
  'a file': ({ destination }, at) => {
    writeFileSync(at, 'mine');
    return destination;
  },
};

for (const name of ['.case-backup', '.case-backup/runs', '.case-backup/incoming']) {
  for (const [what, place] of Object.entries(INTRUDERS)) {
    test(`${name} that is ${what} is refused by its path, and nothing is written through it`, {
      timeout: 120_000,
    }, async () => {
      using office = openOffice();
      const { env, policy, destination } = office;
      const at = join(destination, name);
      if (name === '.case-backup/runs') assert.equal((await runJob(['run', '-f', policy], { env })).code, 0);
      else mkdirSync(join(at, '..'), { recursive: true });
      try {
        renameSync(at, join(office.folder, 'moved'));
      } catch (error) {
        assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
      }
      const watched = place(office, at);
      const before = readdirSync(watched);
      const says = new RegExp(`${at} is a (link|file)`);
      await assertFailedRun(policy, { env }, { code: 2, reason: 'StateFolderInvalid', says });
      assert.deepEqual(readdirSync(watched), before);
      if (name === '.case-backup' && what === 'a file')
        await assertRefused(['list', '-f', policy], { env }, { code: 2, says });
    });
  }
}

test('A destination that is itself a link is used where it leads', { timeout: 60_000 }, async () => {
  using office = openOffice();
  const link = join(office.folder, 'link');
  symlinkSync(office.destination, link);
  const policy = office.write('link.yaml', {
    source: { directory: { path: office.source } },
    destination: { directory: { path: link } },
  });
  const { code, stderr } = await runJob(['run', '-f', policy], { env: office.env });
  assert.equal(code, 0, stderr);
  assert.ok(readdirSync(office.destination).some((name) => name.endsWith('_backup.zip')));
});
