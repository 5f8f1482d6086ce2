import { describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { heldBackAndGoesOn } from './stage/held-back.ts';
import { onStage } from './stage/on-stage.ts';

const POLICY = 'quota';

describe('A quota that is used up', () => {
  it(
    'is what the status says the run waits for, and when there is room again the run goes on',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { kubectl, policies } = stage;
      await stage.policy(POLICY);
      const inNamespace = ['-n', policies.namespace];
      await kubectl(['create', 'quota', 'full', '--hard=pods=0', ...inNamespace]);
      await heldBackAndGoesOn(stage, {
        policy: POLICY,
        job: 'too-many',
        async start() {
          // Before that it holds nobody back.
          await until('the quota to be counted', () =>
            kubectl(['get', 'quota', 'full', ...inNamespace, '-o', 'jsonpath={.status.hard.pods}']),
          );
          await policies.runByHand(POLICY, 'too-many');
        },
        told: /^FailedCreate: .*exceeded quota: full/,
        cure: () => kubectl(['delete', 'quota', 'full', ...inNamespace]),
      });
    }),
  );
});
