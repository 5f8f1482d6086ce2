import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { inWorkFolder, sweepWorkFolders } from '../../src/backup/work-folder.ts';
import { asFailure, Failure } from '../../src/host/errors.ts';
import { processIdentity } from '../../src/host/process-identity.ts';

interface Place extends Disposable {
  readonly workParent: string;
  readonly runId: string;
  readonly log: { warn(fields: object, message: string): void };
  readonly warned: string[];
}

function openPlace(): Place {
  const workParent = mkdtempSync(join(tmpdir(), 'work-folder-'));
  const warned: string[] = [];
  return {
    workParent,
    runId: 'run-1',
    log: { warn: (_, message) => void warned.push(message) },
    warned,
    [Symbol.dispose]: () => rmSync(workParent, { recursive: true, force: true }),
  };
}

const FAULTS: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  'is tidied away meanwhile': async (folder) => {
    await rm(folder, { recursive: true });
    await readFile(join(folder, 'spool'));
  },
  'gives back other bytes than were written': async (folder) => {
    const file = join(folder, 'plan.sqlite');
    writeFileSync(file, 'no database'.repeat(1000));
    new DatabaseSync(file).exec('SELECT * FROM node');
  },
};

for (const [what, work] of Object.entries(FAULTS))
  test(`a work folder that ${what} is told as that, and is gone afterwards`, async () => {
    using place = openPlace();
    await assert.rejects(inWorkFolder(place, work), (error: unknown) => {
      const { code, exitCode, message, hint } = asFailure(error);
      assert.deepEqual([code, exitCode], ['WorkFolderFailed', 1]);
      assert.match(message, new RegExp(`^the work folder in ${place.workParent} failed: .*(ENOENT|not a database)`));
      assert.match(hint ?? '', /CASE_BACKUP_WORK_DIR/);
      return true;
    });
    assert.deepEqual(readdirSync(place.workParent), []);
  });

test('a fault of something else stays what it is', async () => {
  using place = openPlace();
  const elsewhere = new Failure('SourceMissing', 'not here');
  await assert.rejects(
    inWorkFolder(place, () => Promise.reject(elsewhere)),
    elsewhere,
  );
  await assert.rejects(
    inWorkFolder(place, () => readFile(join(place.workParent, 'other'))),
    { code: 'ENOENT' },
  );
});

test('folders of killed runs that can not be removed, or searched, cost no run', async () => {
  using place = openPlace();
  const [host = ''] = processIdentity().split('.');
  const dead = `case-backup-work-x.${Buffer.from(`${host}.4194303.1`).toString('base64url')}`;
  mkdirSync(join(place.workParent, dead));
  await sweepWorkFolders(place);
  assert.deepEqual([readdirSync(place.workParent), place.warned], [[], []]);
  await sweepWorkFolders({ ...place, workParent: join(place.workParent, 'nowhere') });
  assert.match(place.warned.join(), /nowhere can't be searched .*ENOENT/);
});

test('a process that may open no more files says so', () => {
  const failure = asFailure(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }));
  assert.deepEqual([failure.code, failure.exitCode], ['LimitReached', 1]);
});
