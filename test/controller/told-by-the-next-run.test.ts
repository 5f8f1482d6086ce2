import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { EarlierRun, RunReport } from '../../src/api/report.ts';
import type { Job } from '../../src/controller/workloads.ts';
import { exits, runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { aReport } from './a-report.ts';
import { good, runThen, saysThat } from './ending.ts';
import { type Begun, begin, endOf, type Life, runningPod } from './endings-life.ts';
import { type Stage, startStage, type Theatre } from './endings-stage.ts';

/** Policies whose Jobs leave nothing behind, as with successfulJobsHistoryLimit 0, while no controller looks. */
const LOST = {
  JobGone: { name: 'gone', hasBegun: true },
  JobUnseen: { name: 'unseen', hasBegun: false },
} as const;

describe('A run whose Job was removed before its end was seen', () => {
  let stage: Stage;
  const lives = new Map<string, { readonly life: Life; readonly record: EarlierRun }>();

  before(
    async () => {
      stage = await startStage(1);
      const [theatre] = stage.theatres as [Theatre];
      const scenes = await Promise.all(
        Object.entries(LOST).map(async ([reason, { name: policy, hasBegun }]) => {
          const life: Life = { theatre, policy, runs: [] };
          await stage.policy(theatre, policy, { job: { backoffLimit: 0 } });
          const begun = hasBegun ? await beginNight() : undefined;
          if (begun)
            await theatre.untilStatus(policy, 'the run', ({ activeRun }) => activeRun?.jobName === begun.jobName);
          return { reason, life, begun, beginNight };

          function beginNight(): Promise<Begun> {
            return begin(stage, life, () => [[runs()]], 'Scheduled');
          }
        }),
      );
      await stage.stopController();
      for (const { reason, life, begun, beginNight } of scenes)
        lives.set(reason, { life, record: await endsAndIsRemoved(stage, life, begun ?? (await beginNight())) });
      await stage.startAgain();
    },
    { timeout: 180_000 },
  );
  after(() => stage?.stop());

  for (const reason of Object.keys(LOST))
    it(`is told as ${reason}, and as the verified backup that it made once the next run has told of its record`, async () => {
      const { life, record } = lives.get(reason) ?? assert.fail();
      const { theatre, policy } = life;
      const status = await theatre.untilStatus(policy, reason, ({ lastRun }) => lastRun?.reason === reason);
      assert.deepEqual([status.consecutiveFailures, status.lastSuccessTime], [0, undefined]);
      const fails = saysThat('failed', 'Failed', 'Unexpected');
      const next = await begin(
        stage,
        life,
        (run) => runThen((text) => exits(1, withEarlier(text, record)), fails)(run),
        'Manual',
      );
      await endOf(stage, theatre, next.jobName);
      const told = await theatre.untilStatus(policy, 'the truth', ({ history }) => history?.length === 2);
      const [newest, run] = told.history ?? [];
      assert.deepEqual([newest?.jobName, newest?.result], [next.jobName, 'Failed']);
      assert.deepEqual(
        [run?.result, run?.reason, run?.runId, run?.jobUid, run?.backupPath],
        ['Succeeded', 'Verified', record.runId, record.slot, record.backupPath],
      );
      assert.deepEqual([told.lastSuccess, told.lastSuccessTime], [run, run?.completionTime]);
      assert.equal(told.consecutiveFailures, 1);
      const conditions = new Map(told.conditions?.map(({ type, status: is }) => [type as string, is]));
      assert.deepEqual([conditions.get('Fresh'), conditions.get('Verified')], ['True', 'True']);
      const note = await until('its event', async () =>
        (await theatre.events(policy)).find(({ reason: word }) => word === 'BackupSucceeded'),
      );
      assert.ok(note.note.startsWith(`Job ${run?.jobName}: Verified: nobody saw its end`), note.note);
    });
});

const withEarlier = (text: string, earlier: EarlierRun): string =>
  JSON.stringify({ ...(JSON.parse(text) as RunReport), earlierRuns: [earlier] });

/** Its backup is verified and stands; then nothing is left of it in the cluster but the time of its start. */
async function endsAndIsRemoved(stage: Stage, life: Life, { jobName }: Begun): Promise<EarlierRun> {
  const { theatre, policy } = life;
  const { api } = stage.cluster.plane;
  const pod = await runningPod(theatre, jobName);
  await theatre.kubelet.act(pod, exits(0, good({ policy, jobName, earlierRunId: '' })));
  const job = await endOf(stage, theatre, jobName);
  const path = theatre.path('jobs', jobName);
  await api.remove(path, { propagationPolicy: 'Background' });
  await until('the Job to go', async () => (await api.find<Job>(path)) === undefined);
  const scheduled = job.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp'] ?? '';
  await api.patch(`${theatre.path('cronjobs', `case-backup-${policy}`)}/status`, {
    status: { lastScheduleTime: `${scheduled.slice(0, 16)}:00Z` },
  });
  const report = aReport(job.metadata.uid ?? '', { policy });
  const { runId, slot, result, reason, startTime, completionTime, cases, files, sourceBytes, archiveBytes } = report;
  return {
    ...{ runId, slot, result, reason, startTime, completionTime, cases, files, sourceBytes, archiveBytes },
    backupPath: report.backup?.path,
    level: 'Standard',
  };
}
