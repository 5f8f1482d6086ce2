import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunReport } from '../../../src/api/report.ts';
import { Failure } from '../../../src/host/errors.ts';
import { databaseOf } from '../log-faults.ts';
import { assertLogged } from '../logged-rows.ts';
import { tally } from '../scenario.ts';
import { openScene, type Scene } from '../scene.ts';

const DAY_MS = 86_400_000;
const LETTER = '/CASES/USA002_Client 2/letter.txt';
const RESULTS = { good: 'Succeeded', incomplete: 'Incomplete', refused: 'Failed', stopped: 'Interrupted' } as const;

/** How a night ends, before which of its requests Postgres goes away, and before which it comes back. */
interface MixedNight {
  readonly ends: keyof typeof RESULTS;
  readonly downAt: number | undefined;
  readonly upAt: number | undefined;
}

/** A night makes about 60 requests; the ones of a good one after the 45th are those after its commit. */
const request = fc.option(fc.integer({ min: 1, max: 65 }), { nil: undefined });
const mixed = fc.record({
  ends: fc.constantFrom<MixedNight['ends']>('good', 'incomplete', 'refused', 'stopped'),
  downAt: request,
  upAt: request,
});

async function run(scene: Scene, { ends, downAt, upAt }: MixedNight): Promise<RunReport> {
  const { emulator } = scene;
  const database = databaseOf(scene);
  const stop = new AbortController();
  let seen = 0;
  const disarm = emulator.faults.onRequest(async ({ route }) => {
    seen += 1;
    if (seen === downAt) await database.stop();
    if (seen === upAt) await database.start();
    if (ends === 'stopped' && route === 'files/upload_session/append_v2')
      stop.abort(new Failure('Terminated', 'stopped by SIGTERM'));
  });
  if (ends === 'incomplete') emulator.tree.flag(LETTER, { locked: true });
  if (ends === 'refused') {
    emulator.tree.move('/CASES', '/ELSEWHERE');
    emulator.tree.folder('/CASES');
  }
  const report = await scene.night({ signal: stop.signal });
  disarm();
  assert.equal(report.result, RESULTS[ends], report.message);
  if (ends === 'incomplete') emulator.tree.flag(LETTER, undefined);
  if (ends === 'refused') {
    emulator.tree.remove('/CASES');
    emulator.tree.move('/ELSEWHERE', '/CASES');
  }
  scene.clock.advance(DAY_MS);
  return report;
}

test('whatever nights there were while Postgres came and went, after one with it there is one right row for each', {
  timeout: 180_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(mixed, { minLength: 1, maxLength: 4 }), async (nights) => {
      tally.scenarios += 1;
      await using scene = await openScene({ logged: true });
      await run(scene, { ends: 'good', downAt: undefined, upAt: undefined });
      for (const night of nights) await run(scene, night);
      await databaseOf(scene).start();
      const { logWritten, warnings } = await run(scene, { ends: 'good', downAt: undefined, upAt: undefined });
      assert.deepEqual([logWritten, warnings], [true, []]);
      await assertLogged(scene);
    }),
    { numRuns: 10, endOnFailure: true },
  );
});
