import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { conditionIn, falseClaims } from '../test/controller/told-of-runs.ts';
import { PRODUCT_IMAGE } from './images/images.ts';
import { assertTold, endOf, goodNight, ran } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';

const POLICY = 'image';
const JOB = 'no-image';
/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1/case-backup:late';

describe('An image that cannot be pulled', () => {
  it(
    'is what the status says the run waits for, and when it comes the run goes on',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { kubectl, policies, cluster } = stage;
      await stage.policy(POLICY);
      const cronJob = `--from=cronjob/case-backup-${POLICY}`;
      const job = await kubectl([
        ...['create', 'job', JOB, '-n', policies.namespace, cronJob],
        ...['--dry-run=client', '-o', 'json'],
      ]);
      await kubectl(['create', '-f', '-'], job.replaceAll(PRODUCT_IMAGE, NOWHERE));
      const waits = await policies.untilStatus(
        POLICY,
        'the image',
        ({ activeRun }) => /ImagePullBackOff|ErrImagePull/.test(activeRun?.waiting ?? ''),
        120_000,
      );
      assert.equal(conditionIn(waits, 'Progressing')?.reason, 'Waiting');
      assert.deepEqual(falseClaims(await stage.told(POLICY), []), []);

      await cluster.ctr('images', 'tag', PRODUCT_IMAGE, NOWHERE);
      const end = await endOf(stage, POLICY, JOB);
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
      const runs = [ran(JOB, 'Succeeded', 'Verified'), ...(await goodNight(stage, POLICY, 'after-it'))];
      await assertTold(stage, POLICY, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
    }),
  );
});
