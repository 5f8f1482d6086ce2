import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { falseClaims } from '../test/controller/told-of-runs.ts';
import { whileDropboxAnswers, whileLineHas } from './faults/dropbox-line.ts';
import { endsWell, runByHand } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';
import { DROPBOX_SECRET, type Stage } from './stage/stage.ts';

const MEGABIT_BYTES = 1_000_000 / 8;
/** The client believes in a connection that is silent for a minute. */
const LONGER_THAN_PATIENCE_MS = 75_000;

describe('A Dropbox that is hard to reach', () => {
  it(
    'over a line of 16 megabits a second gets its backup all the same',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const source = { dropbox: { credentialsSecretRef: { name: DROPBOX_SECRET }, root: '/LARGE' } };
      await stage.policy('slow', { source });
      const end = await whileLineHas(stage, '16mbit', () => runByHand(stage, 'slow', 'crawls'));
      const { lastRun } = await stage.policies.status('slow');
      const seconds = lastRun?.stageSeconds?.find((one) => one.stage === 'Archiving')?.seconds ?? 0;
      const pace = (end.archiveBytes ?? 0) / seconds;
      assert.ok(pace < 16 * MEGABIT_BYTES, `${pace} bytes a second: the line was not slow`);
      await endsWell(stage, 'slow', 'crawls');
    }),
  );

  it(
    'that says nothing in the middle of a run is waited for',
    { timeout: 900_000 },
    onStage(waitedFor('silent', 'DROP')),
  );

  it('that breaks every connection is waited for', { timeout: 900_000 }, onStage(waitedFor('broken', 'RESET')));
});

function waitedFor(policy: string, how: 'DROP' | 'RESET'): (stage: Stage) => Promise<void> {
  const job = `meets-${policy}`;
  return async (stage) => {
    await stage.policy(policy, SLOWLY);
    await underWay(stage, policy, job);
    await whileDropboxAnswers(stage, how, async () => {
      const over = performance.now() + (how === 'DROP' ? LONGER_THAN_PATIENCE_MS : 0);
      await stage.policies.untilStatus(
        policy,
        'that the run waits for Dropbox',
        ({ activeRun }) => /dropboxapi\.com/.test(activeRun?.waiting ?? ''),
        180_000,
      );
      assert.deepEqual(falseClaims(await stage.told(policy), []), []);
      await delay(Math.max(0, over - performance.now()));
    });
    await endsWell(stage, policy, job);
  };
}
