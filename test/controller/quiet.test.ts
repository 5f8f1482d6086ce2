import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { exits, OWN_SLOT, runs } from '../cluster/pod-acts.ts';
import type { ProxiedRequest } from '../cluster/proxied-request.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { aReport } from './a-report.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

const POLICIES = 100;
const IDLE_MS = 60_000;

/** A leader says every two seconds that it leads; that is what a Lease is for. */
const isLease = ({ resource }: ProxiedRequest): boolean => resource === 'leases';
const named = ({ verb, resource, subresource, path }: ProxiedRequest): string =>
  resource === '' ? path : `${verb} ${resource}${subresource ? `/${subresource}` : ''}`;

/** Once in a leader's life, at its first look at any policy: whether the installed CRD is as new as the controller. */
const SCHEMA = '/openapi/v3/apis/casebackup.io/v1alpha1';

describe('A quiet controller', () => {
  let cluster: Cluster;
  let office: Office;
  let controller: ControllerProcess;
  const asked = (): string[] =>
    office.proxy
      .requests((request) => !isLease(request) && request.verb !== 'watch')
      .map(named)
      .sort();
  const settled = async (): Promise<void> => {
    let before = -1;
    await until(
      'the controller to have nothing more to ask',
      async () => {
        const now = asked().length;
        const isSettled = now === before;
        before = now;
        return isSettled;
      },
      { everyMs: 1500 },
    );
  };

  before(async () => {
    cluster = await startCluster();
    office = await cluster.office();
    controller = await startLeader(office);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
  });

  it('asks for a new policy three things, for an edit two, for a run a handful', async () => {
    await settled();
    office.proxy.forget();
    await office.apply(aPolicy('counted'));
    await settled();
    assert.deepEqual(asked(), [SCHEMA, 'apply casebackuppolicies/status', 'apply cronjobs', 'apply events']);

    office.proxy.forget();
    await office.apply(aPolicy('counted', { schedule: '0 4 * * *' }));
    await settled();
    assert.deepEqual(asked(), ['apply casebackuppolicies/status', 'apply cronjobs']);

    office.proxy.forget();
    await office.runByHand('counted', 'counted-by-hand');
    const pod = await office.kubelet.pod({ job: 'counted-by-hand' });
    await office.kubelet.act(pod, runs());
    await settled();
    // A look between the Job and its pod asks the server for the pod, which may have ended within that moment.
    const begun = asked();
    assert.deepEqual(
      begun.filter((request) => request !== 'list pods'),
      ['apply casebackuppolicies/status', 'apply events'],
    );
    assert.ok(begun.length <= 3, `asked ${begun.join(', ')}`);
    office.proxy.forget();
    const report = aReport(OWN_SLOT, { policy: 'counted' });
    await office.kubelet.act(pod, exits(0, JSON.stringify(report)));
    await office.untilStatus('counted', 'success', ({ lastRun }) => lastRun?.result === 'Succeeded');
    await settled();
    assert.deepEqual(asked(), ['apply casebackuppolicies/status', 'apply events', 'create events', 'list pods']);
  });

  it(`makes no write and no list in ${IDLE_MS / 1000} s with ${POLICIES} policies`, { timeout: 300_000 }, async () => {
    const policies = Array.from({ length: POLICIES }, (_, i) => aPolicy(`quiet-${i}`));
    await office.apply({ apiVersion: 'v1', kind: 'List', items: policies });
    await until('all of them to be Ready', async () => {
      const { items } = await cluster.plane.api.get<{ items: { status?: { observedGeneration?: number } }[] }>(
        office.path('casebackuppolicies'),
      );
      return items.length > POLICIES && items.every(({ status }) => status?.observedGeneration !== undefined);
    });
    await settled();
    office.proxy.forget();
    await delay(IDLE_MS);
    assert.deepEqual(asked(), []);
    assert.ok(office.proxy.requests(isLease).length > 20, 'the leader renewed its Lease all the while');
  });

  it('asks nothing of the cluster for a policy that is as it should be after a restart, but the lists', async () => {
    await controller.stop();
    office.proxy.forget();
    controller = await startLeader(office);
    await settled();
    // The event of a run of the last ten minutes is told again, in case that nobody told it; it is there already.
    const lists = ['list casebackuppolicies', 'list cronjobs', 'list jobs', 'list pods'];
    assert.deepEqual(asked(), [SCHEMA, 'create events', ...lists]);
  });
});
