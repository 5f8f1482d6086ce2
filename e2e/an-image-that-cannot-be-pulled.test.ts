import { describe, it } from 'node:test';
import { PRODUCT_IMAGE } from './images/images.ts';
import { heldBackAndGoesOn } from './stage/held-back.ts';
import { runWith } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';

const POLICY = 'image';
/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1/case-backup:late';

describe('An image that cannot be pulled', () => {
  it(
    'is what the status says the run waits for, and when it comes the run goes on',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY);
      await heldBackAndGoesOn(stage, {
        policy: POLICY,
        job: 'no-image',
        start: () => runWith(stage, POLICY, 'no-image', NOWHERE),
        told: /ImagePullBackOff|ErrImagePull/,
        cure: () => stage.cluster.ctr('images', 'tag', PRODUCT_IMAGE, NOWHERE),
      });
    }),
  );
});
