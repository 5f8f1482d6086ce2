import { describe, it } from 'node:test';
import { lay, lift, refusing } from './faults/admission.ts';
import { heldBackAndGoesOn } from './stage/held-back.ts';
import { onStage } from './stage/on-stage.ts';

const POLICY = 'admission';
const CLOSED = refusing('closed', 'the office is closed');

describe('An admission that refuses the pod', () => {
  it(
    'is what the status says the run waits for, in its own words, and when it is lifted the run goes on',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY);
      await heldBackAndGoesOn(stage, {
        policy: POLICY,
        job: 'refused',
        async start() {
          await lay(stage, CLOSED);
          await stage.policies.runByHand(POLICY, 'refused');
        },
        told: /^FailedCreate: .*'closed'.*denied request: the office is closed/,
        cure: () => lift(stage, CLOSED),
      });
    }),
  );
});
