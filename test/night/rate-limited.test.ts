import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openScene } from './scene.ts';
import { contentsOf, unzipped } from './truth.ts';

const PER_SECOND = 30;

test('a night under a limit of 30 calls a second uses most of it, and is hardly refused once the rate is found', async (t) => {
  await using scene = await openScene({
    cases: 60,
    patient: true,
    emulator: { rateLimit: { requests: PER_SECOND, perMs: 1000, retryAfterSeconds: 1 } },
  });
  const { emulator, clock } = scene;
  const listed = await contentsOf(emulator, '/CASES');
  const start = clock.elapsed();
  const report = await scene.night();
  const seconds = (clock.elapsed() - start) / 1000;
  assert.equal(report.result, 'Succeeded', report.message);
  assert.deepEqual(await unzipped(emulator, report.backup?.path ?? ''), listed);

  const statuses = emulator.requests().map(({ status }) => status);
  const refusedOf = (of: readonly number[]): number => of.filter((status) => status === 429).length;
  const settled = statuses.slice(statuses.length / 2);
  const passed = statuses.length - refusedOf(statuses);
  t.diagnostic(
    `${statuses.length} calls in ${seconds.toFixed(1)} s, ${refusedOf(statuses)} refused, of the later half ${refusedOf(settled)}`,
  );
  assert.ok(refusedOf(settled) <= 0.02 * settled.length, `${refusedOf(settled)} of ${settled.length} were refused`);
  assert.ok(passed >= 0.5 * PER_SECOND * seconds, `${passed} calls passed in ${seconds} s`);
});
