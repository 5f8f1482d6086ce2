import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { progressSchema, type RunProgress } from '../../src/api/report.ts';
import { claimPathFor } from '../../src/store/directory/claims/leftovers.ts';
import { startEmulator } from '../dropbox/emulator.ts';
import type { Effect, EffectOf } from '../dropbox/fault-effects.ts';
import { freePort } from '../support/free-port.ts';
import { startJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { dropboxEnv, dropboxSpec } from './policy-file.ts';
import { reportOf } from './refusal.ts';

test('Another process that holds a file of a folder destination is shown on /run while it is waited for', async () => {
  using office = openOffice();
  const { env, policy, destination } = office;
  const claim = claimPathFor(join(destination, '.case-backup/lease.json'));
  mkdirSync(join(destination, '.case-backup'));
  writeFileSync(claim, '0123456789abcdef.1.1 nonce');
  // Ten seconds until it counts as left by a dead one.
  utimesSync(claim, Date.now() / 1000 - 20, Date.now() / 1000 - 20);
  const port = await freePort();
  const job = startJob(['run', '-f', policy, '--json', '--listen', `127.0.0.1:${port}`], { env });
  let waiting: RunProgress['waiting'];
  const end = performance.now() + 60_000;
  while (waiting === undefined && performance.now() < end) {
    await setTimeout(200);
    const answer = await fetch(`http://127.0.0.1:${port}/run`).catch(() => undefined);
    const progress: unknown = await answer?.json();
    if (progress) waiting = progressSchema.parse(progress).waiting;
  }
  assert.equal(waiting?.for, `another process that holds ${claim}`);
  assert.equal(Date.parse(waiting?.until ?? '') - Date.parse(waiting?.since ?? ''), 90_000);
  const ended = await job.ended;
  assert.equal(reportOf(ended).exitCode, 0, ended.stderr);
});

const LIMITED: EffectOf<'rateLimit'> = { kind: 'rateLimit', retryAfter: 2 };
const FAULTS: readonly (readonly [what: string, effect: Effect, says: RegExp])[] = [
  ['a rate limit', LIMITED, /^Dropbox answered files\/move_v2 with 429 too_many_requests$/],
  ['a broken connection', { kind: 'reset', at: 'headers' }, /^the connection to 127\.0\.0\.1 failed: /],
  ['a service that fails', { kind: 'status', status: 503 }, /^Dropbox answered files\/move_v2 with 503$/],
];

for (const [what, effect, says] of FAULTS)
  test(`${what} is shown on /run while it is waited for, told once in the log, and forgotten`, async () => {
    using office = openOffice();
    const emulator = await startEmulator();
    emulator.tree.put('/CASES/USA001_Smith/letter.txt', 'Dear Smith');
    emulator.faults.add({ route: 'files/move_v2', times: 2, effect });
    const port = await freePort();
    const seen = new Map<string, RunProgress>();
    let waited: RunProgress | undefined;
    emulator.faults.onRequest(async ({ route }) => {
      const response = await fetch(`http://127.0.0.1:${port}/run`, { signal: AbortSignal.timeout(5000) });
      const progress: unknown = await response.json();
      if (progress === null) return;
      const shown = progressSchema.parse(progress);
      seen.set(route, shown);
      if (shown.waiting) waited = shown;
    });
    const policy = office.write('dropbox.yaml', dropboxSpec());
    const job = await startJob(['run', '-f', policy, '--json', '--listen', `127.0.0.1:${port}`], {
      env: { ...office.env, ...dropboxEnv(emulator) },
    }).ended;
    await emulator.close();
    assert.equal(reportOf(job).exitCode, 0);

    const waiting = waited?.waiting;
    assert.match(waiting?.for ?? '', says);
    assert.ok(Date.parse(waiting?.until ?? '') - Date.parse(waiting?.since ?? '') > 60_000);
    assert.equal(seen.get('files/upload')?.waiting, undefined);
    const lines = job.stderr.split('\n').filter((line) => /"level":"warn"/.test(line));
    assert.equal(lines.length, 1, job.stderr);
  });
