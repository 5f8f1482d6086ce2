import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CronJob } from '../../src/controller/workloads.ts';
import { runs } from '../cluster/pod-acts.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

describe('A policy in a cluster', { concurrency: true }, () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  const cronJob = (name: string) => cluster.plane.api.find<CronJob>(office.path('cronjobs', `case-backup-${name}`));
  const spec = async (name: string): Promise<Record<string, unknown>> => ({ ...(await cronJob(name))?.spec });
  const patch = (name: string, change: object) =>
    cluster.plane.api.patch(office.path('casebackuppolicies', name), change, 'merge-patch+json');
  const ready = (name: string) =>
    office.untilStatus(name, 'Ready', ({ conditions = [] }) =>
      conditions.some((c) => c.type === 'Ready' && c.status === 'True'),
    );

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    controller = await startLeader(office);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('has its CronJob within a second of kubectl apply, and a status that says so', async () => {
    await office.apply(aPolicy('quick'));
    const start = performance.now();
    const made = await until('the CronJob', () => cronJob('quick'), { everyMs: 10 });
    const took = performance.now() - start;
    assert.ok(took < 1000, `${took} ms`);
    assert.equal(made.spec?.['schedule'], '0 3 * * *');
    assert.equal(made.spec?.['timeZone'], 'Etc/UTC');
    const status = await ready('quick');
    assert.equal(status.cronJobName, 'case-backup-quick');
    assert.equal(status.observedGeneration, 1);
    assert.match(status.nextScheduleTime ?? '', /T03:00:00Z$/);
    assert.deepEqual(
      status.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`),
      [
        'Ready=True Scheduled',
        'Progressing=False Idle',
        'LastRunSucceeded=Unknown NoRunYet',
        'Fresh=False NeverSucceeded',
        'Verified=Unknown NoRunYet',
        'RetentionEnforced=Unknown NoRunYet',
        'GuardsActive=Unknown NotReported',
        'BackupsIntact=Unknown NotReported',
        'QuotaSufficient=Unknown NotReported',
        'CredentialsValid=Unknown NoRunYet',
      ],
    );
  });

  it('passes an edit on, and says which generation it has seen', async () => {
    await office.apply(aPolicy('edited'));
    await ready('edited');
    await office.apply(
      aPolicy('edited', { schedule: '30 4 * * 1-5', timeZone: 'Europe/Berlin', guards: { minFiles: 7 } }),
    );
    await until('the new schedule', async () => (await spec('edited'))['schedule'] === '30 4 * * 1-5', {
      within: 1000,
      everyMs: 10,
    });
    assert.equal((await spec('edited'))['timeZone'], 'Europe/Berlin');
    assert.match(JSON.stringify(await spec('edited')), /\\"minFiles\\":7/);
    await office.untilStatus('edited', 'generation 2', ({ observedGeneration }) => observedGeneration === 2);
  });

  it('puts a field back that somebody else has changed, and leaves what is not its own', async () => {
    await office.apply(aPolicy('meddled'));
    await ready('meddled');
    const path = office.path('cronjobs', 'case-backup-meddled');
    await cluster.plane.api.patch(
      path,
      {
        metadata: { labels: { 'casebackup.io/policy': 'other', team: 'law' } },
        spec: { schedule: '* * * * *', concurrencyPolicy: 'Allow' },
      },
      'merge-patch+json',
    );
    await until('the fields to be put back', async () => (await spec('meddled'))['concurrencyPolicy'] === 'Forbid', {
      within: 5000,
    });
    const after = await cronJob('meddled');
    assert.equal(after?.spec?.['schedule'], '0 3 * * *');
    assert.equal(after?.metadata.labels?.['casebackup.io/policy'], 'meddled');
    assert.equal(after?.metadata.labels?.['team'], 'law');
  });

  it('makes its CronJob again when somebody deletes it', async () => {
    await office.apply(aPolicy('deleted'));
    await ready('deleted');
    const { metadata } = (await cronJob('deleted')) ?? assert.fail();
    await cluster.plane.api.remove(office.path('cronjobs', 'case-backup-deleted'));
    await until('another CronJob', async () => {
      const now = await cronJob('deleted');
      return now !== undefined && now.metadata.uid !== metadata.uid;
    });
  });

  it('is suspended and resumed', async () => {
    await office.apply(aPolicy('paused'));
    await ready('paused');
    await patch('paused', { spec: { suspend: true } });
    await until('the CronJob to be suspended', async () => (await spec('paused'))['suspend'] === true, {
      within: 5000,
    });
    const suspended = await office.untilStatus('paused', 'Suspended', ({ conditions = [] }) =>
      conditions.some(({ type, reason }) => type === 'Fresh' && reason === 'Suspended'),
    );
    assert.equal(suspended.nextScheduleTime, undefined);
    await patch('paused', { spec: { suspend: false } });
    await until('the CronJob to be resumed', async () => (await spec('paused'))['suspend'] === false, { within: 5000 });
    await office.untilStatus('paused', 'a next run', ({ nextScheduleTime }) => nextScheduleTime !== undefined);
  });

  it('takes its CronJob and Jobs along when it is deleted', async () => {
    await office.apply(aPolicy('gone'));
    await ready('gone');
    await office.runByHand('gone', 'gone-by-hand');
    await office.kubelet.act(await office.kubelet.pod({ job: 'gone-by-hand' }), runs());
    await cluster.plane.api.remove(office.path('casebackuppolicies', 'gone'));
    await until('the CronJob to go', async () => (await cronJob('gone')) === undefined);
    await until(
      'the Job to go',
      async () => (await cluster.plane.api.find(office.path('jobs', 'gone-by-hand'))) === undefined,
    );
    assert.ok(!(await controller.page('/metrics')).text.includes('policy="gone"'), 'its series are gone');
  });

  it('does not touch a CronJob of its name that it did not make', async () => {
    const container = { name: 'c', image: 'busybox' };
    await cluster.plane.api.create(office.path('cronjobs'), {
      metadata: { name: 'case-backup-taken' },
      spec: {
        schedule: '0 0 * * *',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } },
      },
    });
    const { metadata } = (await cronJob('taken')) ?? assert.fail();
    await office.apply(aPolicy('taken'));
    const status = await office.untilStatus('taken', 'a verdict', ({ conditions = [] }) => conditions.length > 0);
    const [verdict] = status.conditions ?? [];
    assert.equal(`${verdict?.type}=${verdict?.status} ${verdict?.reason}`, 'Ready=False CronJobConflict');
    assert.match(verdict?.message ?? '', /case-backup-taken is there that this policy did not make/);
    assert.equal(status.cronJobName, undefined);
    assert.equal((await cronJob('taken'))?.metadata.resourceVersion, metadata.resourceVersion);
    await cluster.plane.api.remove(office.path('cronjobs', 'case-backup-taken'));
    await ready('taken');
  });

  for (const [name, change, reason, says] of [
    ['cron', { schedule: '61 3 * * *' }, 'InvalidSchedule', /spec.schedule: "61" is not a minute/],
    ['never', { schedule: '0 3 31 2 *' }, 'InvalidSchedule', /never comes/],
    [
      'folder',
      { source: { directory: { path: '/cases' } }, destination: { directory: { path: '/backups', claimName: 'nas' } } },
      'ClaimMissing',
      /spec.source.directory.claimName/,
    ],
  ] as const) {
    it(`says in Ready=False what no schema can know: ${reason} of "${name}"`, async () => {
      await office.apply(aPolicy(name, change));
      const status = await office.untilStatus(name, 'a verdict', ({ conditions = [] }) => conditions.length > 0);
      const [verdict] = status.conditions ?? [];
      assert.equal(`${verdict?.status} ${verdict?.reason}`, `False ${reason}`);
      assert.match(verdict?.message ?? '', says);
      assert.equal(await cronJob(name), undefined);
      const events = await until('its event', async () => {
        const found = await office.events(name);
        return found.length > 0 && found;
      });
      assert.deepEqual(
        events.map((event) => `${event.type} ${event.reason}`),
        [`Warning ${reason}`],
      );
    });
  }
});
