import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { endOf } from './stage/nights.ts';
import { addressOf, OFFICE } from './stage/office-objects.ts';
import { onStage } from './stage/on-stage.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';
import { openStage, type Stage } from './stage/stage.ts';
import { connects, type Visitor, visitor } from './stage/visitor.ts';

const POLICY = 'guarded';
/** Of the emulator: no way of the product goes there. */
const STRAY_PORT = 8080;
const PROXY_PORT = 3128;
const METRICS = { host: 'case-backup-controller-metrics.case-backup', port: 8080 };

/** With the shipped NetworkPolicies, and without them, so that it was they. */
async function withAndWithout(stage: Stage, look: () => Promise<string>): Promise<[string, string]> {
  await stage.cluster.enforced();
  const guarded = await look();
  await stage.release.upgrade({ networkPolicy: { enabled: false } });
  try {
    await stage.cluster.enforced();
    return [guarded, await look()];
  } finally {
    await stage.release.upgrade();
  }
}

describe('A connection that no policy allows', () => {
  after(async () => {
    const { kubectl, policies } = await openStage();
    await kubectl(['delete', 'pod', 'stranger', 'prometheus', '-n', OFFICE, '--ignore-not-found', '--wait=false']);
    await kubectl(['delete', 'cbp', POLICY, '-n', policies.namespace, '--ignore-not-found']);
  });

  it(
    'is stopped on its way from a job to another pod, while the night is good',
    { timeout: 600_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY, SLOWLY);
      const job: Visitor = {
        namespace: stage.policies.namespace,
        pod: await underWay(stage, POLICY, 'with-a-stray-connection'),
      };
      const dropbox = await addressOf(stage.cluster.plane, 'dropbox');
      const stray = (): Promise<string> => connects(stage, job, dropbox, STRAY_PORT);
      assert.deepEqual(await withAndWithout(stage, stray), ['ECONNREFUSED', 'open']);
      assert.equal(await connects(stage, job, dropbox, PROXY_PORT), 'open');
      const end = await endOf(stage, POLICY, 'with-a-stray-connection');
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
    }),
  );

  it(
    'is stopped on its way from another pod to the controller, and that of Prometheus is not',
    { timeout: 300_000 },
    onStage(async (stage) => {
      const stranger = await visitor(stage, 'stranger');
      const prometheus = await visitor(stage, 'prometheus', { 'app.kubernetes.io/name': 'prometheus' });
      const look = (from: Visitor) => (): Promise<string> => connects(stage, from, METRICS.host, METRICS.port);
      assert.deepEqual(await withAndWithout(stage, look(stranger)), ['ECONNREFUSED', 'open']);
      await stage.cluster.enforced();
      assert.equal(await look(prometheus)(), 'open');
    }),
  );

  it(
    'is stopped on its way from another pod to a job',
    { timeout: 600_000 },
    onStage(async (stage) => {
      const pod = await underWay(stage, POLICY, 'with-a-visitor');
      const { status } = await stage.cluster.plane.api.get<{ status: { podIP: string } }>(
        `${stage.policies.path('pods')}/${pod}`,
      );
      const stranger = await visitor(stage, 'stranger');
      const look = (): Promise<string> => connects(stage, stranger, status.podIP, 8080);
      assert.deepEqual(await withAndWithout(stage, look), ['ECONNREFUSED', 'open']);
      const end = await endOf(stage, POLICY, 'with-a-visitor');
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
    }),
  );
});
