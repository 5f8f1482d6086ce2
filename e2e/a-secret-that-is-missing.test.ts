import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { conditionIn, falseClaims, sampleOf } from '../test/controller/told-of-runs.ts';
import { endsWell } from './stage/nights.ts';
import { applyAll } from './stage/office-objects.ts';
import { onStage } from './stage/on-stage.ts';
import { secret } from './stage/stage.ts';

const POLICY = 'secret';
const JOB = 'too-early';
const SECRET = 'not-yet';

describe('A Secret that is missing', () => {
  it(
    'makes the policy not Ready while a run waits for it, and when it comes the run goes on',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { policies, cluster } = stage;
      await stage.policy(POLICY, {
        source: { dropbox: { credentialsSecretRef: { name: SECRET }, root: '/CASES' } },
      });
      await policies.runByHand(POLICY, JOB);
      const waits = await policies.untilStatus(
        POLICY,
        'the Secret',
        (status) => conditionIn(status, 'Ready')?.reason === 'SecretMissing',
        60_000,
      );
      assert.match(conditionIn(waits, 'Ready')?.message ?? '', new RegExp(`"${SECRET}" not found`));
      // What is told follows the status that was written, by a moment.
      const told = await until('the event', async () => {
        const now = await stage.told(POLICY);
        return now.events.some(({ type, note }) => type === 'Warning' && note.includes(SECRET)) && now;
      });
      assert.equal(sampleOf(told, 'policy_condition', { type: 'Ready', status: 'False' }), 1);
      assert.deepEqual(falseClaims(told, []), []);

      await applyAll(cluster.plane, [secret(SECRET, stage.dropbox.secret)]);
      await endsWell(stage, POLICY, JOB);
      assert.equal(conditionIn(await policies.status(POLICY), 'Ready')?.status, 'True');
    }),
  );
});
