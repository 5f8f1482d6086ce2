import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FILES_LIST, MANIFEST, SUMS } from '../../src/repository/manifest.ts';
import { input, zipFileOf } from '../zip/fixture.ts';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { assertRefused, reportOf } from './refusal.ts';

const office = openOffice();
const { env, policy, destination } = office;
let backup = '';

before(async () => {
  const ended = await runJob(['run', '-f', policy, '--json'], { env });
  const report = reportOf(ended);
  assert.equal(report.result, 'Succeeded', report.message);
  backup = report.backup?.path ?? '';
});
after(() => office[Symbol.dispose]());

/** Puts something under a backup's name and takes it away again. */
async function withFile(name: string, make: (path: string) => void, work: () => Promise<void>): Promise<void> {
  make(join(destination, name));
  try {
    await work();
  } finally {
    rmSync(join(destination, name));
  }
}

const verify = (...args: string[]): string[] => ['verify', '-f', policy, ...args];

test('list, verify and prune --dry-run speak JSON that agrees with the run', { timeout: 60_000 }, async () => {
  const json = async (args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await runJob([...args, '--json'], { env });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  const { backups, lost } = await json(['list', '-f', policy]);
  assert.deepEqual(lost, []);
  const [{ path, status, cases, files }] = backups as [Record<string, unknown>];
  assert.deepEqual({ path, status, cases, files }, { path: backup, status: 'verified', cases: 2, files: 2 });
  const verified = await json(verify('--level', 'Full'));
  assert.deepEqual([verified['path'], verified['files'], verified['warnings']], [backup, 2, []]);
  const pruned = await json(['prune', '--dry-run', '-f', policy]);
  assert.deepEqual(pruned['deleted'], []);
  assert.deepEqual(
    (pruned['keep'] as { name: string }[]).map(({ name }) => join(destination, name)),
    [backup],
  );
  const told = await runJob(['prune', '--dry-run', '-f', policy], { env });
  assert.match(told.stdout, /^\S+_backup\.zip {2}kept {2}inside the window, among the newest verified\n$/);
});

test('prune where the policy forbids to delete ends with 2 and names --force', { timeout: 60_000 }, async () => {
  const disabled = office.write('disabled.yaml', {
    ...JSON.parse(readFileSync(policy, 'utf8')).spec,
    retention: { mode: 'Disabled' },
  });
  await assertRefused(['prune', '-f', disabled], { env }, { code: 2, says: /mode of policy nightly is Disabled/ });
  const { code, stdout } = await runJob(['prune', '--force', '-f', disabled], { env });
  assert.equal(code, 0);
  assert.match(stdout, /kept {2}inside the window/);
});

test("verify of something under a backup's name that is no ZIP ends with 4", { timeout: 60_000 }, async () => {
  await withFile(
    '2026-01-01_backup.zip',
    (path) => writeFileSync(path, 'no ZIP at all '.repeat(9)),
    async () => {
      await assertFails('2026-01-01_backup.zip', 4, /2026-01-01_backup\.zip: no ZIP end record/);
    },
  );
});

test('verify of a truncated backup ends with 4, with its run record and without', { timeout: 60_000 }, async () => {
  const size = readFileSync(backup).length;
  const truncated = (path: string): void => {
    copyFileSync(backup, path);
    truncateSync(path, size - 100);
  };
  await withFile('2026-01-02_backup.zip', truncated, () => assertFails('2026-01-02_backup.zip', 4, /./));
  const whole = readFileSync(backup);
  truncateSync(backup, size - 1);
  await assertFails(backup, 4, new RegExp(`bytes is ${size - 1}, expected ${size}`));
  writeFileSync(backup, whole);
});

test('verify of a name that is not there, or is no name of a backup, ends with 2', { timeout: 60_000 }, async () => {
  await assertRefused(
    verify('2020-01-01_backup.zip'),
    { env },
    { code: 2, says: /there is no .*2020-01-01_backup\.zip/ },
  );
  await assertRefused(verify('letter.txt'), { env }, { code: 2, says: /"letter\.txt" is not the name of a backup/ });
});

test('verify of a backup with a newer manifest ends with 2 and asks for the newer program', {
  timeout: 60_000,
}, async () => {
  const name = '2026-01-03_backup.zip';
  const entries = [input(FILES_LIST, ''), input(MANIFEST, '{"format_version": 99}'), input(SUMS, '')];
  await zipFileOf(join(destination, name), entries);
  await assertRefused(verify(name), { env }, { code: 2, says: /format version 99, this program reads up to 1/ });
  rmSync(join(destination, name));
});

test('A backup with no run record is checked by its own manifest, with a warning', { timeout: 60_000 }, async () => {
  await withFile(
    '2026-01-04_backup.zip',
    (path) => copyFileSync(backup, path),
    async () => {
      const { code, stdout } = await runJob(verify('2026-01-04_backup.zip', '--level', 'Full', '--json'), { env });
      assert.equal(code, 0);
      assert.match(JSON.parse(stdout).warnings[0], /^NoRecord: /);
    },
  );
});

test('Foreign files in the folder are listed by nothing and stay as they are', { timeout: 60_000 }, async () => {
  const foreign = [
    'notes.txt',
    '2026-01-05_backup.zip.part',
    'old_backup.zip',
    '2026-02-30_backup.zip',
    '.case-backup/incoming/film.zip',
  ];
  for (const name of foreign) writeFileSync(join(destination, name), name);
  const strict = office.write('strict.yaml', {
    ...JSON.parse(readFileSync(policy, 'utf8')).spec,
    retention: { keepDays: 1, minimumBackups: 1 },
  });
  for (const args of [['run'], ['prune'], ['list', '--json']]) {
    const { code, stdout, stderr } = await runJob([...args, '-f', strict], { env });
    assert.equal(code, 0, stderr);
    if (args[0] !== 'run') for (const name of foreign) assert.ok(!stdout.includes(name), `${args[0]} shows ${name}`);
  }
  for (const name of foreign) assert.equal(readFileSync(join(destination, name), 'utf8'), name);
  assert.equal(readdirSync(destination).filter((name) => name.endsWith('_backup.zip')).length, 4);
});

async function assertFails(name: string, code: number, says: RegExp): Promise<void> {
  const { stdout, stderr, ...ended } = await runJob(verify(name, '--level', 'Full', '--json'), { env });
  assert.equal(ended.code, code, stdout + stderr);
  const { error } = JSON.parse(stdout);
  assert.equal(error.exitCode, code);
  assert.match(error.message, says);
  assert.equal(stderr, '');
}
