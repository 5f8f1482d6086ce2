import { describe, it } from 'node:test';
import { NODE } from './cluster/places.ts';
import { heldBackAndGoesOn } from './stage/held-back.ts';
import { onStage } from './stage/on-stage.ts';

const POLICY = 'no-node';
const LABEL = 'case-backup.test/pool';

describe('A pod that fits no node', () => {
  it(
    'is what the status says the run waits for, and runs once a node has the label',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY, { job: { pod: { nodeSelector: { [LABEL]: 'nights' } } } });
      await heldBackAndGoesOn(stage, {
        policy: POLICY,
        job: 'nowhere',
        told: /^Unschedulable: 0\/1 nodes are available: .*node affinity\/selector/,
        cure: () => stage.kubectl(['label', 'node', NODE, `${LABEL}=nights`]),
      });
    }),
  );
});
