import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runJob, startJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { directorySpec } from './policy-file.ts';
import { assertFailedRun, reportOf } from './refusal.ts';

test('What is no file and what may not be read is left out with a reason, and the run ends with 3', {
  timeout: 60_000,
}, async () => {
  using office = openOffice();
  const folder = join(office.source, 'USA001_Smith');
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  writeFileSync(join(folder, 'secret.txt'), 'for root only', { mode: 0o000 });
  const { code, stdout, stderr } = await runJob(['run', '-f', office.policy, '--json'], office);
  assert.equal(code, 3, stderr);
  const report = reportOf({ code, stdout, stderr, signal: null, ms: 0 });
  const isRoot = process.geteuid?.() === 0;
  assert.deepEqual([report.result, report.reason, report.skippedFiles], ['Incomplete', 'FilesMissing', isRoot ? 1 : 2]);
  assert.match(
    report.message,
    isRoot ? /: 1 special_file(;|$)/ : /1 special_file.*1 no_access|1 no_access.*1 special_file/,
  );
  assert.ok(report.failingPaths.includes('USA001_Smith/pipe'));
  const list = JSON.parse((await runJob(['list', '-f', office.policy, '--json'], office)).stdout);
  assert.equal(list.backups[0].status, 'incomplete');
});

test('A work folder without space ends the run with 13 and leaves nothing', { timeout: 60_000 }, async () => {
  using office = openOffice();
  const folder = join(office.source, 'USA001_Smith');
  for (let n = 0; n < 6000; n++) writeFileSync(join(folder, `a document with quite a long name, number ${n}.txt`), '');
  const mount = join(office.folder, 'small');
  mkdirSync(mount);
  const script = 'mount -t tmpfs -o size=1m tmpfs "$0" && "$@"; code=$?; ls -A "$0" >&2; exit $code';
  const wrap = ['unshare', ...(process.geteuid?.() === 0 ? ['-m'] : ['-rm']), 'sh', '-c', script, mount];
  const { code, stdout, stderr } = await runJob(['run', '-f', office.policy, '--json'], {
    env: { CASE_BACKUP_WORK_DIR: mount },
    wrap,
  });
  assert.equal(code, 13, stderr);
  const report = JSON.parse(stdout);
  assert.equal(report.reason, 'NoSpace');
  assert.match(report.hint, /work folder/);
  assert.equal(stderr.trimEnd().split('\n').at(-1)?.startsWith('{'), true, 'something is left in the work folder');
  assert.deepEqual(readdirSync(office.destination), ['.case-backup']);
  assert.deepEqual(
    readdirSync(join(office.destination, '.case-backup'))
      .filter((name) => name === 'incoming')
      .flatMap((name) => readdirSync(join(office.destination, '.case-backup', name))),
    [],
  );
});

test('While a run holds the lease another one ends at once with 11 and disturbs nothing', {
  timeout: 60_000,
}, async () => {
  using office = openOffice();
  execFileSync('truncate', ['-s', '2G', join(office.source, 'USA001_Smith', 'disk.img')]);
  const first = startJob(['run', '-f', office.policy, '--json', '--listen', '127.0.0.1:0'], {
    env: { ...office.env, CASE_BACKUP_SLOT: 'a' },
  });
  const lease = join(office.destination, '.case-backup', 'lease.json');
  const incoming = join(office.destination, '.case-backup', 'incoming');
  await until(() => readdirSafe(incoming).length > 0);
  const before = readFileSync(lease, 'utf8');
  const { runId } = JSON.parse(before);
  const report = await assertFailedRun(
    office.policy,
    { env: { ...office.env, CASE_BACKUP_SLOT: 'b' } },
    {
      code: 11,
      reason: 'LeaseHeld',
      says: new RegExp(`run ${runId} holds the lease`),
    },
  );
  assert.equal(report.result, 'Skipped');
  assert.equal(JSON.parse(readFileSync(lease, 'utf8')).runId, runId);
  first.process.kill('SIGTERM');
  assert.equal((await first.ended).code, 143);
});

test('Three hundred cases need no more than 64 open files', { timeout: 120_000 }, async () => {
  using office = openOffice();
  rmSync(office.source, { recursive: true });
  for (let n = 0; n < 300; n++) {
    mkdirSync(join(office.source, `case ${n}`, 'Mails', '2024'), { recursive: true });
    for (const name of ['letter.txt', 'Mails/a.eml', 'Mails/2024/b.eml'])
      writeFileSync(join(office.source, `case ${n}`, name), `${n}`);
  }
  const policy = office.write('policy.yaml', directorySpec(office.source, office.destination));
  const { code, stderr } = await runJob(['run', '-f', policy], {
    env: office.env,
    wrap: ['sh', '-c', 'ulimit -n 64 && exec "$0" "$@"'],
    timeoutMs: 100_000,
  });
  assert.equal(code, 0, stderr);
  assert.equal(
    spawnSync('unzip', [
      '-tqq',
      join(office.destination, readdirSync(office.destination).find((name) => name.endsWith('.zip')) ?? ''),
    ]).status,
    0,
  );
});

function readdirSafe(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
