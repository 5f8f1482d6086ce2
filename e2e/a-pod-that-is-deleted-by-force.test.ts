import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertTold, endOf, goodNight, ran } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';

const POLICY = 'force';

describe('A pod that is deleted by force', () => {
  it(
    'makes a run that did not succeed and no backup, and the next night is good',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY, { job: { backoffLimit: 0 }, ...SLOWLY });
      const pod = await underWay(stage, POLICY, 'taken-away');
      await stage.kubectl(['delete', 'pod', pod, '-n', stage.policies.namespace, '--force', '--grace-period=0']);
      const end = await endOf(stage, POLICY, 'taken-away');
      assert.ok(end.result === 'Failed' || end.result === 'Interrupted', `${end.result} ${end.reason}`);
      assert.equal(end.backupPath, undefined);
      assert.deepEqual(await backups(), []);
      const failed = ran('taken-away', end.result, end.reason);
      const event = end.result === 'Failed' ? 'BackupFailed' : 'BackupInterrupted';
      await assertTold(stage, POLICY, [failed], { success: 0, failures: 1, event });

      await stage.policy(POLICY);
      const runs = await goodNight(stage, POLICY, 'after-it');
      await assertTold(stage, POLICY, [failed, ...runs], { success: 1, failures: 0, event: 'BackupSucceeded' });

      async function backups(): Promise<string[]> {
        const names = await stage.dropbox.list(`/BACKUPS-${POLICY}`);
        return names.filter((name) => name.endsWith('.zip'));
      }
    }),
  );
});
