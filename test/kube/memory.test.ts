import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { forEachParallel } from '../../src/host/parallel.ts';
import { connect } from '../../src/kube/connection/connection.ts';
import { JOBS } from '../../src/kube/resources.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';

const JOB_COUNT = 20_000;

let plane: ControlPlane;

before(async () => {
  plane = await startControlPlane({ controllerManager: false });
});
after(async () => await plane.stop());

/** Of the size that ours have: 4.5 kB of JSON each. */
function aJob(namespace: string, name: string) {
  const env = Array.from({ length: 12 }, (_, index) => ({ name: `SETTING_${index}`, value: 'x'.repeat(80) }));
  const container = { name: 'backup', image: 'none.invalid/none', env };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  const annotations = { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-11-23T03:00:00Z' };
  const labels = { 'casebackup.io/policy': 'nightly' };
  return { metadata: { name, namespace, labels, annotations }, spec: { suspend: true, template } };
}

test('twenty thousand Jobs fit into a cache of a process of 256 MiB', { timeout: 600_000 }, async (t) => {
  const namespace = await plane.ownNamespace();
  const client = connect({ kubeconfig: plane.admin(), userAgent: 'test', deadlineMs: 60_000 });
  await forEachParallel(Array(JOB_COUNT).keys(), 16, async (index) => {
    await client.create(JOBS, aJob(namespace, `nightly-${index}`), { fieldManager: 'test' });
  });
  await client.close();
  const script = join(import.meta.dirname, 'cache-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, plane.admin()]);
  const { objects, peakMib, syncedMs } = JSON.parse(stdout);
  t.diagnostic(`peak ${peakMib} MiB resident, ${syncedMs} ms from the start to the last page`);
  assert.equal(objects, JOB_COUNT);
  assert.ok(peakMib <= 256, `${peakMib} MiB`);
});
