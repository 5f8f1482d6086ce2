import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { silent } from '../cluster/faults.ts';
import type { ProxiedRequest } from '../cluster/proxied-request.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { goodRun } from './good-run.ts';
import { type Cluster, CONTROLLER_RULES, type Office, startCluster } from './operator.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}
const RULES = [...CONTROLLER_RULES.policies, ...CONTROLLER_RULES.leaderElection] as readonly Rule[];

describe("The controller's rights", () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    controller = await startLeader(office);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('include nothing about Secrets, nothing that deletes, and no way into a pod', () => {
    const resources = RULES.flatMap((rule) => rule.resources);
    assert.deepEqual(
      resources.filter((name) => /secrets|exec|attach|portforward|\*/.test(name)),
      [],
    );
    assert.deepEqual(
      RULES.flatMap((rule) => rule.verbs).filter((verb) => /delete|escalate|impersonate|\*/.test(verb)),
      [],
    );
  });

  it('are all used, and suffice', async () => {
    await office.apply(aPolicy());
    await office.untilStatus('nightly', 'Ready', ({ conditions = [] }) => conditions[0]?.status === 'True');
    await goodRun(office, 'by-hand');
    await waitUntilHeld();
    await meetForeignCronJob();
    await failTwice();
    assert.equal(await controller.stop(), 0);
    const requests = office.proxy.requests();
    const asked = new Set(requests.filter(({ resource }) => resource !== '').flatMap(rightsOf));
    const granted = RULES.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    );
    assert.deepEqual(
      granted.filter((right) => !asked.has(right)),
      [],
      'granted, but never used',
    );
    assert.deepEqual(
      [...asked].filter((right) => !granted.includes(right)),
      [],
      'used, but not granted',
    );
    assert.deepEqual(
      controller.log().filter((line) => /forbidden|CRD is not known/i.test(line)),
      [],
    );
    // Every authenticated client may read it (system:discovery), so the rules need not say so.
    assert.deepEqual(
      requests.filter(({ resource }) => resource === '').map(({ path }) => path),
      ['/openapi/v3/apis/casebackup.io/v1alpha1'],
    );
  });

  /** What holds a run stands in its events. */
  async function waitUntilHeld(): Promise<void> {
    await office.runByHand('nightly', 'held');
    await office.untilStatus('nightly', 'the wait', ({ activeRun }) => activeRun?.waiting !== undefined);
  }

  /** The same event again is a count on the first one, and that is a patch. */
  async function failTwice(): Promise<void> {
    for (const schedule of ['61 3 * * *', '0 3 * * *', '61 3 * * *']) {
      await office.apply(aPolicy('nightly', { schedule }));
      const is = schedule.startsWith('61') ? 'False' : 'True';
      await office.untilStatus('nightly', `Ready=${is}`, ({ conditions = [] }) => conditions[0]?.status === is);
    }
  }

  /** A CronJob of the policy's name that the cache has not heard of: found out by an apply that does not force. */
  async function meetForeignCronJob(): Promise<void> {
    const deaf = office.proxy.fault((request) => request.verb === 'watch' && request.resource === 'cronjobs', silent());
    office.proxy.cutWatches((request) => request.resource === 'cronjobs');
    await until('the watch to go silent', () => deaf.hits() > 0);
    const containers = [{ name: 'c', image: 'busybox' }];
    await cluster.plane.api.create(office.path('cronjobs'), {
      metadata: { name: 'case-backup-foreign' },
      spec: {
        schedule: '0 0 * * *',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } },
      },
    });
    await office.apply(aPolicy('foreign'));
    const { conditions } = await office.untilStatus(
      'foreign',
      'a verdict',
      (status) => (status.conditions ?? []).length > 0,
    );
    assert.equal(conditions?.[0]?.reason, 'CronJobConflict');
    const { spec } = await cluster.plane.api.get<{ spec: { schedule: string } }>(
      office.path('cronjobs', 'case-backup-foreign'),
    );
    assert.equal(spec.schedule, '0 0 * * *');
    deaf.remove();
  }
});

const applied = new Set<string>();

/** The rights that a request needs; an apply of what is not there needs create as well. */
function rightsOf({ verb, path, resource, subresource, name }: ProxiedRequest): string[] {
  const group = path.startsWith('/api/') ? '' : (path.split('/')[2] ?? '');
  const what = `${group}/${resource}${subresource ? `/${subresource}` : ''}`;
  if (verb !== 'apply') return [`${verb} ${what}`];
  const id = `${what} ${name}`;
  const isFirst = !applied.has(id) && !subresource;
  applied.add(id);
  return isFirst ? [`patch ${what}`, `create ${what}`] : [`patch ${what}`];
}
