import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertTold, goodNight, ran, runByHand } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';

const POLICY = 'memory';
const JOB = { backoffLimit: 0 };
/** Less than Node takes to start. */
const TOO_LITTLE = { requests: { memory: '16Mi' }, limits: { memory: '40Mi' } };

describe('A pod that runs out of memory', () => {
  it(
    'is told as OOMKilled, and with more memory the next night is good',
    { timeout: 600_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY, { job: { ...JOB, resources: TOO_LITTLE } });
      const end = await runByHand(stage, POLICY, 'too-little');
      assert.equal(`${end.result} ${end.reason} ${end.exitCode}`, 'Failed OOMKilled 137', end.message);
      const failed = ran('too-little', 'Failed', 'OOMKilled');
      await assertTold(stage, POLICY, [failed], { success: 0, failures: 1, event: 'BackupFailed' });

      await stage.policy(POLICY, { job: JOB });
      const runs = await goodNight(stage, POLICY, 'enough');
      await assertTold(stage, POLICY, [failed, ...runs], { success: 1, failures: 0, event: 'BackupSucceeded' });
    }),
  );
});
