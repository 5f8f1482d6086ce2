import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CONTROLLER_ANNOTATION, INSTALLATION_ANNOTATION } from '../../src/api/kubernetes-names.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import type { CronJob } from '../../src/controller/workloads.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startController, startLeader } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';
import { conditionIn } from './told-of-runs.ts';

const ready = (status: PolicyStatus): string | undefined => conditionIn(status, 'Ready')?.reason;
const isScheduled = (status: PolicyStatus): boolean => ready(status) === 'Scheduled';

describe('Controllers that sit in one namespace', () => {
  let cluster: Cluster;
  let office: Office;
  let other: Office;
  const started: ControllerProcess[] = [];

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    other = await cluster.office();
    await cluster.plane.api.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${other.namespace}/rolebindings`, {
      metadata: { name: 'the-neighbour' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'controller' },
      subjects: [{ kind: 'ServiceAccount', name: 'controller', namespace: office.namespace }],
    });
  });
  after(async () => {
    for (const controller of started) await controller.stop();
    await cluster?.stop();
  });

  const elsewhere = () => ({ ...office, namespace: other.namespace, more: ['--lease-namespace', office.namespace] });
  const both = () => ({ ...office, more: ['--namespace', other.namespace] });
  async function lead(flags: Parameters<typeof startLeader>[0]): Promise<ControllerProcess> {
    const controller = await startLeader(flags);
    started.push(controller);
    return controller;
  }
  const cronJob = async ({ path }: Office): Promise<CronJob> =>
    await cluster.plane.api.get<CronJob>(path('cronjobs', 'case-backup-nightly'));
  async function keptBy(where: Office): Promise<string | undefined> {
    return (await cronJob(where)).metadata.annotations?.[CONTROLLER_ANNOTATION];
  }
  async function installationIn(where: Office): Promise<string | undefined> {
    const variables = JSON.stringify(await cronJob(where));
    return new RegExp(`${INSTALLATION_ANNOTATION}[\\\\":]+([0-9a-f-]{36})`).exec(variables)?.[1];
  }
  async function uidOf(lease: string): Promise<string | undefined> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${office.namespace}/leases/${lease}`;
    return (await cluster.plane.api.get<{ metadata: { uid?: string } }>(path)).metadata.uid;
  }

  it('both act where they serve different namespaces, under the name of one installation', async () => {
    const [first, second] = [await lead(office), await lead(elsewhere())];
    for (const where of [office, other]) {
      await where.apply(aPolicy('nightly'));
      await where.untilStatus('nightly', 'Ready', isScheduled);
    }
    assert.equal(await keptBy(office), `${office.namespace}/case-backup-controller`);
    assert.equal(await keptBy(other), `${office.namespace}/case-backup-controller.in.${other.namespace}`);
    const uid = await uidOf('case-backup-controller');
    assert.deepEqual([await installationIn(office), await installationIn(other)], [uid, uid]);
    for (const controller of [first, second]) assert.equal(await controller.stop(), 0);
  });

  it('are one installation before and after another namespace is served, and keep what they keep in peace', async () => {
    const uid = await installationIn(office);
    const controller = await lead(both());
    const name = `${office.namespace}/case-backup-controller.in.${[office.namespace, other.namespace].toSorted().join('.')}`;
    for (const where of [office, other]) await until('its name', async () => (await keptBy(where)) === name);
    await delay(1_000);
    for (const where of [office, other]) {
      assert.ok(isScheduled(await where.status('nightly')));
      assert.equal(await installationIn(where), uid);
    }
    assert.equal(await controller.stop(), 0);
  });

  it('are replicas where they serve the same namespaces, in whatever order', async () => {
    const leader = await lead(both());
    const waiting = await startController({
      ...office,
      namespace: other.namespace,
      more: ['--namespace', office.namespace, '--lease-namespace', office.namespace],
    });
    started.push(waiting);
    await until('the word of who leads', () => waiting.log().some((line) => line.includes('not leading')));
    assert.ok(!waiting.log().some((line) => line.includes('"leading"')));
    assert.equal(await leader.stop(), 0);
    await until('the other one to lead', () => waiting.log().some((line) => line.includes('"leading"')));
    assert.equal(await waiting.stop(), 0);
  });

  it('do not fight unseen while one of a release before still has the Lease of every set', async () => {
    const old = await lead({
      ...office,
      more: ['--namespace', other.namespace, '--lease-name', 'case-backup-controller'],
    });
    await until('the older name', async () => (await keptBy(other)) === `${office.namespace}/case-backup-controller`);
    await lead(both());
    await other.untilStatus('nightly', 'the conflict', (status) => ready(status) === 'ControllerConflict');
    await delay(2_000);
    const { metadata } = await cronJob(other);
    await delay(3_000);
    assert.equal((await cronJob(other)).metadata.resourceVersion, metadata.resourceVersion);
    assert.equal(await old.stop(), 0);
    assert.match(metadata.annotations?.[CONTROLLER_ANNOTATION] ?? '', /\.in\./, 'what the newer one applied stands');
  });
});
