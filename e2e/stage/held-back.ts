import assert from 'node:assert/strict';
import { conditionIn, falseClaims } from '../../test/controller/told-of-runs.ts';
import { endsWell } from './nights.ts';
import type { Stage } from './stage.ts';

/** What keeps a run from beginning. */
export interface Hold {
  readonly policy: string;
  readonly job: string;
  /** By hand unless told. */
  start?(): Promise<unknown>;
  /** How the status has to say what the run waits for. */
  readonly told: RegExp;
  cure(): Promise<unknown>;
}

/** The status says what holds a run back; when that is cured the run goes on by itself, and the next night is good too. */
export async function heldBackAndGoesOn(stage: Stage, hold: Hold): Promise<void> {
  const { policy, job, told, start = () => stage.policies.runByHand(policy, job) } = hold;
  try {
    await start();
    const waits = await stage.policies.untilStatus(
      policy,
      `what ${job} waits for`,
      ({ activeRun }) => told.test(activeRun?.waiting ?? ''),
      120_000,
    );
    assert.equal(conditionIn(waits, 'Progressing')?.reason, 'Waiting');
    assert.deepEqual(falseClaims(await stage.told(policy), []), []);
  } finally {
    await hold.cure();
  }
  await endsWell(stage, policy, job);
}
