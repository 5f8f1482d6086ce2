import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { createCandidate } from '../../src/kube/lease-candidate.ts';
import type { LeaseObject } from '../../src/kube/lease-record.ts';
import { LEASES } from '../../src/kube/resources.ts';
import { rewindWatch } from '../../src/kube/rewind.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';

let plane: ControlPlane;
let client: KubeClient;

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
  client = connect({ kubeconfig: plane.admin(), userAgent: 'test' });
});
after(async () => {
  await client.close();
  await plane.stop();
});

test('a Lease that is as it was before our last renewal is noticed, however far the versions have grown since', async () => {
  const namespace = await plane.ownNamespace();
  let rewinds = 0;
  const saw = rewindWatch(() => rewinds++);
  const names = { client, namespace, leaseName: 'controller', identity: 'a' };
  const { tryHold } = createCandidate({
    ...names,
    clock: systemClock,
    leaseDurationMs: 15_000,
    onLease: (metadata, isOlder) => saw(metadata?.resourceVersion, isOlder),
  });
  const stored = async (): Promise<LeaseObject> => {
    const lease = await client.get<LeaseObject>(LEASES, namespace, 'controller');
    return lease ?? assert.fail();
  };
  const write = { fieldManager: 'test' };
  assert.equal(await tryHold(5_000), 'held');
  const saved = await stored();
  assert.equal(await tryHold(5_000), 'held');

  const { metadata, spec } = await stored();
  const labelled = { ...metadata, labels: { by: 'somebody' } };
  await client.replace<LeaseObject>(LEASES, { metadata: labelled, ...(spec && { spec }) }, write);
  assert.equal(await tryHold(5_000), 'held');
  assert.equal(rewinds, 0, 'an edit that leaves the record is none');

  await client.replace<LeaseObject>(LEASES, { ...saved, metadata: (await stored()).metadata }, write);
  assert.equal(await tryHold(5_000), 'held');
  assert.equal(rewinds, 1);
  assert.equal(await tryHold(5_000), 'held');
  assert.equal(rewinds, 1);
});
