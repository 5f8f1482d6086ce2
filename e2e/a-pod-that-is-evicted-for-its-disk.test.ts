import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertTold, endOf, goodNight, ran } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { SLOWLY } from './stage/slow-run.ts';

const POLICY = 'disk';
const JOB = { backoffLimit: 0 };
/** Less than the plan of a night takes. */
const TOO_LITTLE = { limits: { memory: '512Mi', 'ephemeral-storage': '8Ki' } };

describe('A pod that is evicted for its disk', () => {
  it(
    'is told as Evicted in the words of the node, and with more room the next night is good',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY, { job: { ...JOB, resources: TOO_LITTLE }, ...SLOWLY });
      await stage.policies.runByHand(POLICY, 'no-room');
      const end = await endOf(stage, POLICY, 'no-room');
      assert.equal(`${end.result} ${end.reason}`, 'Interrupted Evicted', end.message);
      assert.match(end.message, /ephemeral/i);
      const failed = ran('no-room', 'Interrupted', 'Evicted');
      await assertTold(stage, POLICY, [failed], { success: 0, failures: 1, event: 'BackupInterrupted' });

      await stage.policy(POLICY, { job: JOB });
      const runs = await goodNight(stage, POLICY, 'room');
      await assertTold(stage, POLICY, [failed, ...runs], { success: 1, failures: 0, event: 'BackupSucceeded' });
    }),
  );
});
