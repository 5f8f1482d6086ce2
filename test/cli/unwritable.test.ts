import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FaultyCall, faultyCalls } from '../support/faulty-calls.ts';
import { runJob } from './backup-job.ts';
import { type Office, openOffice } from './office.ts';
import { assertFailedRun, reportOf } from './refusal.ts';

const OPTIONS = { timeout: 120_000 };
const STATE = '.case-backup';

/** Where a disk takes no more, and how it says so: temporary files of lease and policy, records, the ZIP itself. */
const FAULTS: readonly (readonly [FaultyCall, keyof typeof constants.errno, string, number, string])[] = [
  ['write', 'ENOSPC', `${STATE}/.${STATE.slice(1)}.`, 13, 'NoSpace'],
  ['write', 'ENOSPC', `${STATE}/runs/`, 13, 'NoSpace'],
  ['write', 'ENOSPC', `${STATE}/incoming/`, 13, 'NoSpace'],
  ['fsync', 'EDQUOT', `${STATE}/incoming/`, 13, 'NoSpace'],
  ['open', 'EPERM', `${STATE}/incoming/`, 2, 'AccessDenied'],
  ['open', 'EACCES', `${STATE}/.${STATE.slice(1)}.`, 2, 'AccessDenied'],
  ['open', 'EROFS', `${STATE}/runs/.`, 2, 'VolumeReadOnly'],
];

async function assertHealed({ policy, env, destination }: Office): Promise<void> {
  const next = await runJob(['run', '-f', policy, '--json'], { env });
  assert.equal(reportOf(next).reason, 'Verified', next.stdout);
  assert.deepEqual(readdirSync(join(destination, STATE, 'incoming')), []);
  assert.deepEqual(
    readdirSync(destination, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(claim|tmp)$/.test(path)),
    [],
  );
}

for (const [call, errno, part, code, reason] of FAULTS) {
  test(
    `${errno} by ${call} in ${part} ends the night with ${code} (${reason}), and the next one is good`,
    OPTIONS,
    async () => {
      using office = openOffice();
      const { env, policy, destination } = office;
      const ended = await runJob(['run', '-f', policy, '--json'], {
        env: { ...env, ...faultyCalls(call, part, errno) },
      });
      const report = JSON.parse(ended.stdout);
      assert.deepEqual([ended.code, report.reason, report.backup], [code, reason, undefined], ended.stderr);
      assert.ok(report.message.includes(join(destination, STATE)), report.message);
      assert.deepEqual(readdirSync(destination), [STATE]);
      await assertHealed(office);
    },
  );
}

test('A destination in which no folder can be made is told in one sentence', OPTIONS, async () => {
  using office = openOffice();
  for (const path of ['/proc', '/proc/self/fd']) {
    const policy = office.write('proc.yaml', {
      source: { directory: { path: office.source } },
      destination: { directory: { path } },
    });
    await assertFailedRun(
      policy,
      { env: office.env },
      {
        code: 1,
        reason: 'DirectoryFailed',
        says: new RegExp(`^no folder can be made in ${path}: ENOENT`),
      },
    );
  }
});

test(
  'A destination that is mounted read-only says so, and can be listed and verified all the same',
  OPTIONS,
  async () => {
    using office = openOffice();
    const { env, policy, destination } = office;
    assert.equal((await runJob(['run', '-f', policy], { env })).code, 0);
    const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && "$@"';
    const wrap = ['unshare', ...(process.geteuid?.() === 0 ? ['-m'] : ['-rm']), 'sh', '-c', script, destination];
    const run = (...args: string[]) => runJob([...args, '-f', policy, '--json'], { env, wrap });
    const { code, stdout } = await run('run');
    const report = JSON.parse(stdout);
    assert.deepEqual([code, report.reason], [2, 'VolumeReadOnly'], stdout);
    assert.match(report.message, /mounted read-only/);
    assert.equal((await run('list')).code, 0);
    assert.equal((await run('verify')).code, 0);
  },
);
