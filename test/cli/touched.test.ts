import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runJob, startJob } from './backup-job.ts';
import { type Office, openOffice } from './office.ts';
import { reportOf } from './refusal.ts';

const OPTIONS = { timeout: 120_000 };

async function backedUp(office: Office): Promise<string> {
  const ended = await runJob(['run', '-f', office.policy, '--json'], { env: office.env });
  const report = reportOf(ended);
  assert.equal(report.result, 'Succeeded', report.message);
  return report.backup?.path ?? '';
}

async function listed({ policy, env }: Office): Promise<[string, string][]> {
  const { stdout, code } = await runJob(['list', '-f', policy, '--json'], { env });
  assert.equal(code, 0);
  const { backups } = JSON.parse(stdout) as { backups: { path: string; status: string }[] };
  return backups.map(({ path, status }) => [path, status]);
}

function putBack(path: string, seconds: number): void {
  const at = statSync(path).mtimeMs / 1000 - seconds;
  utimesSync(path, at, at);
}

test(
  'A backup of which only the time differs is called that, and a verification renews its record',
  OPTIONS,
  async () => {
    using office = openOffice();
    const backup = await backedUp(office);
    putBack(backup, 3600);
    assert.deepEqual(await listed(office), [[backup, 'retimed']]);
    const args = ['verify', '-f', office.policy, '--level', 'Full'];
    const { code, stdout } = await runJob(args, { env: office.env });
    assert.equal(code, 0);
    assert.match(stdout, /TimeDiffers: its bytes are those that were verified.*its record says so now/);
    assert.deepEqual(await listed(office), [[backup, 'verified']]);
    assert.doesNotMatch((await runJob(args, { env: office.env })).stdout, /TimeDiffers/);
  },
);

test(
  'A backup of another time and with another byte is no longer what was verified, and its record stays',
  OPTIONS,
  async () => {
    using office = openOffice();
    const backup = await backedUp(office);
    const bytes = readFileSync(backup);
    bytes[60] = (bytes[60] ?? 0) ^ 1;
    writeFileSync(backup, bytes);
    putBack(backup, 3600);
    const { code } = await runJob(['verify', '-f', office.policy, '--level', 'Full'], { env: office.env });
    assert.equal(code, 4);
    assert.deepEqual(await listed(office), [[backup, 'retimed']]);
  },
);

for (const [what, touch] of [
  ['mode', (path: string, round: number) => chmodSync(path, round % 2 === 0 ? 0o640 : 0o600)],
  ['time', (path: string, round: number) => round < 2 && putBack(path, 1)],
] as const) {
  test(`A night goes on while somebody changes the ${what} of all that it has written`, OPTIONS, async () => {
    using office = openOffice();
    writeFileSync(join(office.source, 'USA001_Smith', 'film.mp4'), randomBytes(30_000_000));
    const { process: job, ended } = startJob(['run', '-f', office.policy, '--json'], { env: office.env });
    const rounds = new Map<string, number>();
    while (job.exitCode === null && job.signalCode === null) {
      for (const path of readdirSync(office.destination, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(zip|json)$/.test(path)) continue;
        const file = join(office.destination, path);
        try {
          // What is still being written is left alone, as sync clients do.
          if (Date.now() - statSync(file).mtimeMs < 60) continue;
          touch(file, rounds.get(path) ?? 0);
          rounds.set(path, (rounds.get(path) ?? 0) + 1);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        }
      }
      await delay(5);
    }
    const report = reportOf(await ended);
    assert.equal(report.result, 'Succeeded', report.message);
    assert.ok(
      [...rounds.keys()].some((path) => path.includes('incoming/')),
      'the upload was touched',
    );
    assert.ok(rounds.has('.case-backup/lease.json'));
    const [[path] = []] = await listed(office);
    assert.equal(path, report.backup?.path);
    assert.deepEqual(readdirSync(join(office.destination, '.case-backup/incoming')), []);
    const { code } = await runJob(['verify', '-f', office.policy, '--level', 'Full'], { env: office.env });
    assert.equal(code, 0);
  });
}
