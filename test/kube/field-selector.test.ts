import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { startReflector } from '../../src/kube/reflector.ts';
import { PODS } from '../../src/kube/resources.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { inTime, until } from '../cluster/until.ts';
import { collectingLog } from './collecting-log.ts';

let plane: ControlPlane;
let client: KubeClient;

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
  client = connect({ kubeconfig: plane.admin(), userAgent: 'test' });
});
after(async () => {
  await client?.close();
  await plane.stop();
});

test('an object that ceases to match a field selector is gone from the cache, and one that never did is not in it', async () => {
  const namespace = await plane.ownNamespace();
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const make = (name: string) =>
    plane.api.create(pods, { metadata: { name }, spec: { containers: [{ name: 'it', image: 'none.invalid/none' }] } });
  const end = (name: string) => plane.api.patch(`${pods}/${name}/status`, { status: { phase: 'Failed' } });
  await Promise.all(['ended', 'going-on', 'ends'].map(make));
  await end('ended');
  const gone: string[] = [];
  const reflector = startReflector({
    client,
    resource: PODS,
    namespace,
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    log: collectingLog(),
    clock: systemClock,
    onChange: ({ before: was, after: is }) => {
      if (was && !is) gone.push(was.metadata.name);
    },
  });
  const names = (): string[] => [...reflector.list()].map(({ metadata }) => metadata.name).sort();
  try {
    await inTime('the first list', reflector.synced);
    assert.deepEqual(names(), ['ends', 'going-on']);
    await end('ends');
    await until('the pod that ended to be gone', () => gone.includes('ends'));
    assert.deepEqual(names(), ['going-on']);
  } finally {
    await reflector.stop();
  }
});
