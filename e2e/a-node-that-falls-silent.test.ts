import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { falseClaims } from '../test/controller/told-of-runs.ts';
import { whileFrozen } from './faults/frozen.ts';
import { endsWell } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { replaced, underWay } from './stage/slow-run.ts';

const POLICY = 'silent-node';
const JOB = 'left-alone';
/** Instead of the five minutes that every pod is given. */
const SHORTLY = [
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
];
/** A node is found silent after 50 seconds. */
const LONGER = { transfer: { maxBytesPerSecond: 30_000 } };

describe('A node that falls silent', () => {
  it(
    'for longer than its pods tolerate is what the run is said to wait for, and it never has two pods at once',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { policies } = stage;
      await stage.policy(POLICY, { job: { backoffLimit: 0, pod: { tolerations: SHORTLY } }, ...LONGER });
      const first = await underWay(stage, POLICY, JOB);
      await whileFrozen(stage, 'kubelet', async () => {
        const says = (what: RegExp): Promise<unknown> =>
          policies.untilStatus(POLICY, `${what}`, ({ activeRun }) => what.test(activeRun?.waiting ?? ''), 150_000);
        await says(/^(NodeNotReady|Terminating): /);
        await says(/^Terminating: its pod is being ended: .*taint/i);
        assert.deepEqual(falseClaims(await stage.told(POLICY), []), []);
      });
      await replaced(stage, JOB, first);

      // The nights after it need not take as long.
      await stage.policy(POLICY);
      await endsWell(stage, POLICY, JOB);
    }),
  );
});
