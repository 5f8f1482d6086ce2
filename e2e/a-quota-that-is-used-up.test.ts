import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { conditionIn, falseClaims } from '../test/controller/told-of-runs.ts';
import { assertTold, endOf, goodNight, ran } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';

const POLICY = 'quota';
const JOB = 'too-many';

describe('A quota that is used up', () => {
  it(
    'is what the status says the run waits for, and when there is room again the run goes on',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { kubectl, policies } = stage;
      await stage.policy(POLICY);
      const inNamespace = ['-n', policies.namespace];
      await kubectl(['create', 'quota', 'full', '--hard=pods=0', ...inNamespace]);
      try {
        // Before that it holds nobody back.
        await until('the quota to be counted', () =>
          kubectl(['get', 'quota', 'full', ...inNamespace, '-o', 'jsonpath={.status.hard.pods}']),
        );
        await policies.runByHand(POLICY, JOB);
        const waits = await policies.untilStatus(
          POLICY,
          'the quota',
          ({ activeRun }) => /^FailedCreate: .*exceeded quota: full/.test(activeRun?.waiting ?? ''),
          60_000,
        );
        assert.equal(conditionIn(waits, 'Progressing')?.reason, 'Waiting');
        assert.deepEqual(falseClaims(await stage.told(POLICY), []), []);
      } finally {
        await kubectl(['delete', 'quota', 'full', ...inNamespace]);
      }
      const end = await endOf(stage, POLICY, JOB);
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
      const runs = [ran(JOB, 'Succeeded', 'Verified'), ...(await goodNight(stage, POLICY, 'after-it'))];
      await assertTold(stage, POLICY, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
    }),
  );
});
