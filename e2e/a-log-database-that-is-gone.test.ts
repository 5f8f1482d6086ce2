import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertTold, endOf, goodNight, ran } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';
import { LOG_SECRET, type Stage } from './stage/stage.ts';

const LOG = { logStore: { postgres: { secretRef: { name: LOG_SECRET } } } };

describe('A log database that is gone', () => {
  it(
    'before a run costs the run its row and not its backup, and the next night writes both rows',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await stage.policy('no-log', LOG);
      await stage.postgres.takeAway();
      await costsNothing(stage, 'no-log', () => stage.policies.runByHand('no-log', 'unlogged'), 'unlogged');
    }),
  );

  it(
    'during a run costs the run its last row and not its backup, and the next night writes both rows',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await stage.policy('lost-log', { ...LOG, ...SLOWLY });
      const begin = async (): Promise<void> => {
        await underWay(stage, 'lost-log', 'unfinished');
        await stage.postgres.takeAway();
      };
      await costsNothing(stage, 'lost-log', begin, 'unfinished');
    }),
  );
});

/** `begin` leaves a run without its database. */
async function costsNothing(stage: Stage, policy: string, begin: () => Promise<unknown>, job: string): Promise<void> {
  try {
    await begin();
    const end = await endOf(stage, policy, job);
    assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
    const { logWritten, lastRun } = await stage.policies.status(policy);
    assert.equal(logWritten, false);
    assert.match(
      lastRun?.warnings?.join('\n') ?? '',
      /^LogNotWritten: .*\(JournalUnavailable\), a later run will do it/m,
    );
    const one = ran(job, 'Succeeded', 'Verified');
    await assertTold(stage, policy, [one], { success: 1, failures: 0, event: 'BackupSucceeded' });
  } finally {
    await stage.postgres.bringBack();
  }
  const runs = [ran(job, 'Succeeded', 'Verified'), ...(await goodNight(stage, policy, 'after-it'))];
  await assertTold(stage, policy, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
  const { logWritten, history } = await stage.policies.status(policy);
  assert.equal(logWritten, true);
  const rows = await stage.postgres.sql(
    'SELECT run_id, status, backup_path FROM backup_logs WHERE policy = $1 ORDER BY started_at DESC',
    [policy],
  );
  assert.deepEqual(
    rows,
    history?.map(({ runId, backupPath }) => ({ run_id: runId, status: 'completed', backup_path: backupPath })),
  );
}
