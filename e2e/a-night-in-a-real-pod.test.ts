import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { conditionIn, sampleOf } from '../test/controller/told-of-runs.ts';
import { assertTold, endOf, ran, runByHand } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { proveGood } from './stage/prove-good.ts';
import { LOG_SECRET, openStage, type Stage } from './stage/stage.ts';

const POLICY = 'nightly';
const LOG = { logStore: { postgres: { secretRef: { name: LOG_SECRET } } } };

interface PodObject {
  readonly status: { readonly phase: string };
}

const logged = (stage: Stage): Promise<Record<string, unknown>[]> =>
  stage.postgres.sql('SELECT status, total_cases, total_files, policy FROM backup_logs WHERE policy = $1', [POLICY]);

describe('A night in a real pod', () => {
  after(async () => {
    const { kubectl, policies } = await openStage();
    await kubectl(['delete', 'cbp', POLICY, '-n', policies.namespace, '--ignore-not-found']);
  });

  it(
    'runs on a node of the version of its cluster, below restricted pod security',
    { timeout: 60_000 },
    onStage(async ({ cluster, kubectl, policies }) => {
      const { gitVersion } = await cluster.plane.api.get<{ gitVersion: string }>('/version');
      const kubelet = await kubectl(['get', 'node', '-o', 'jsonpath={.items[*].status.nodeInfo.kubeletVersion}']);
      assert.equal(kubelet, gitVersion);
      const enforced = await kubectl(['get', 'namespace', policies.namespace, '-o', 'jsonpath={.metadata.labels}']);
      assert.equal(JSON.parse(enforced)['pod-security.kubernetes.io/enforce'], 'restricted');
      const refused = await cluster.plane.kubectl(['run', 'root', '-n', policies.namespace, '--image=any.test/x:1']);
      assert.match(refused.stderr, /violates PodSecurity "restricted/);
    }),
  );

  it(
    'by hand makes a ZIP that other programs find good, a row in backup_logs, and says so',
    { timeout: 600_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY, LOG);
      const end = await runByHand(stage, POLICY, 'by-hand');
      assert.equal(`${end.result} ${end.reason} ${end.trigger}`, 'Succeeded Verified Manual', end.message);
      const files = await proveGood(stage.dropbox, end.backupPath ?? '');
      assert.equal(end.files, files.length);

      const status = await stage.policies.status(POLICY);
      for (const type of ['Ready', 'LastRunSucceeded', 'Fresh', 'Verified', 'CredentialsValid'] as const)
        assert.equal(conditionIn(status, type)?.status, 'True', type);
      assert.equal(status.logWritten, true);
      const row = { status: 'completed', total_cases: end.cases, total_files: end.files, policy: POLICY };
      assert.deepEqual(await logged(stage), [row]);
      const told = { success: 1, failures: 0, event: 'BackupSucceeded' } as const;
      await assertTold(stage, POLICY, [ran('by-hand', 'Succeeded', 'Verified')], told);
    }),
  );

  it(
    'by schedule makes another one, at the minute that was written',
    { timeout: 600_000 },
    onStage(async (stage) => {
      const { namespace } = stage.policies;
      const patch = (spec: object): Promise<string> =>
        stage.kubectl(['patch', 'cbp', POLICY, '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec })]);
      const before = Date.now();
      await patch({ schedule: '* * * * *' });
      const job = await scheduledJob(stage);
      await patch({ suspend: true });

      const end = await endOf(stage, POLICY, job);
      assert.equal(`${end.result} ${end.reason} ${end.trigger}`, 'Succeeded Verified Scheduled', end.message);
      // The Job's name is its scheduled minute.
      const minute = Number(job.split('-').at(-1)) * 60_000;
      assert.ok(minute > before - 60_000 && minute <= Date.now(), `scheduled for ${new Date(minute).toISOString()}`);
      await proveGood(stage.dropbox, end.backupPath ?? '');
      assert.equal((await logged(stage)).length, 2);
      const told = await stage.told(POLICY);
      for (const trigger of ['Manual', 'Scheduled'])
        assert.equal(sampleOf(told, 'runs_total', { trigger, result: 'Succeeded' }), 1, trigger);
    }),
  );

  it(
    'leaves no process behind, and gives no job an API token',
    { timeout: 60_000 },
    onStage(async ({ cluster, policies }) => {
      const path = `${policies.path('pods')}?labelSelector=casebackup.io/policy=${POLICY}`;
      const pods = await until('the pods to end', async () => {
        const found = await cluster.plane.api.list<PodObject>(path);
        return found.every(({ status }) => status.phase === 'Succeeded') && found;
      });
      assert.equal(pods.length, 2);
      assert.doesNotMatch(JSON.stringify(pods), /serviceAccountToken/);
    }),
  );
});

/** The next that the CronJob makes by itself. */
async function scheduledJob(stage: Stage): Promise<string> {
  const { activeRun, lastRun } = await stage.policies.untilStatus(
    POLICY,
    'a run by schedule',
    ({ activeRun, lastRun }) => activeRun?.trigger === 'Scheduled' || lastRun?.trigger === 'Scheduled',
    150_000,
  );
  return (activeRun?.trigger === 'Scheduled' ? activeRun.jobName : lastRun?.jobName) ?? '';
}
