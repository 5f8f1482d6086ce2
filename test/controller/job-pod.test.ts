import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CronJob } from '../../src/controller/workloads.ts';
import { WHOLE_POD } from '../api/pod-policies.ts';
import { WHOLE_OVERLAY } from '../api/whole-overlay.ts';
import { until } from '../cluster/until.ts';
import { aPolicy } from './a-policy.ts';
import { type ControllerProcess, startLeader } from './controller-process.ts';
import { type Cluster, type Office, startCluster } from './operator.ts';

const MAIN = fileURLToPath(new URL('../../cmd/controller/main.ts', import.meta.url));

interface PodTemplate {
  readonly metadata: { readonly labels: Texts; readonly annotations: Texts };
  readonly spec: Readonly<Record<string, unknown>>;
}
type Texts = Readonly<Record<string, string>>;

describe("What an operator adds to the jobs' pods", () => {
  let cluster: Cluster;
  let office: Office;
  let folder: string;
  let controller: ControllerProcess | undefined;

  /** A controller with this overlay, after the one before has ended. */
  async function startWith(overlay: object): Promise<void> {
    await controller?.stop();
    const file = join(folder, 'job-pod.yaml');
    writeFileSync(file, JSON.stringify(overlay));
    controller = await startLeader({ ...office, more: ['--job-pod', file, '--job-image-pull-secret', 'mirror'] });
  }
  const template = async (name: string): Promise<PodTemplate | undefined> => {
    const cronJob = await cluster.plane.api.find<CronJob>(office.path('cronjobs', `case-backup-${name}`));
    const { jobTemplate } = (cronJob?.spec ?? {}) as { jobTemplate?: { spec: { template: PodTemplate } } };
    return jobTemplate?.spec.template;
  };
  const verdict = async (name: string, reason: string): Promise<string> => {
    const { conditions = [] } = await office.untilStatus(name, reason, (status) =>
      (status.conditions ?? []).some((one) => one.type === 'Ready' && one.reason === reason),
    );
    return conditions.find(({ type }) => type === 'Ready')?.message ?? '';
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'case-backup-job-pod-'));
    cluster = await startCluster();
    office = await cluster.office();
    const { api } = cluster.plane;
    await api.patch(
      `/api/v1/namespaces/${office.namespace}`,
      { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
      'merge-patch+json',
    );
    // The server takes no pod of a class that there is not.
    await api.create('/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'nights' }, value: 10 });
    await api.create('/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: 'sandbox' }, handler: 'sandbox' });
    await startWith(WHOLE_OVERLAY);
  });
  after(async () => {
    await controller?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('stands in the pod of a run beside what the policy says, and the server takes it as restricted', async () => {
    await office.apply(aPolicy('whole', { job: { pod: WHOLE_POD } }));
    await verdict('whole', 'Scheduled');
    await office.runByHand('whole', 'whole-by-hand');
    const { metadata, spec } = (await office.kubelet.pod({ job: 'whole-by-hand' })) as unknown as PodTemplate;

    assert.deepEqual([metadata.labels['team'], metadata.labels['example.com/cost-centre']], ['operations', '']);
    assert.equal(metadata.labels['casebackup.io/role'], 'backup');
    assert.equal(metadata.annotations['cluster-autoscaler.kubernetes.io/safe-to-evict'], 'false');
    assert.deepEqual(spec['nodeSelector'], { 'kubernetes.io/arch': 'amd64', disk: 'fast', pool: 'nights' });
    assert.deepEqual(spec['affinity'], WHOLE_POD.affinity);
    assert.deepEqual([spec['priorityClassName'], spec['runtimeClassName']], ['nights', 'sandbox']);
    assert.deepEqual(spec['imagePullSecrets'], [{ name: 'registry' }, { name: 'mirror' }]);
    assert.ok((spec['tolerations'] as object[]).length >= 2 * WHOLE_POD.tolerations.length);
    assert.equal((spec['topologySpreadConstraints'] as object[]).length, 1);

    const [container] = spec['containers'] as [{ env: { name: string; value?: string }[] }];
    const values = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    assert.equal(values['HTTPS_PROXY'], 'http://proxy.example:3128');
    assert.equal(values['NODE_EXTRA_CA_CERTS'], '/etc/case-backup/ca/ca.crt');
  });

  for (const [name, affinity, says] of [
    [
      'without',
      { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } },
      /topologyKey: Required value/,
    ],
    ['unknown', { podAfinity: {} }, /podAfinity/],
    ['listed', { podAffinity: [] }, /podAffinity/],
  ] as const) {
    it(`stands in no CronJob with an affinity that the server refuses: ${name}`, async () => {
      await office.apply(aPolicy(name, { job: { pod: { affinity } } }));
      assert.match(await verdict(name, 'CronJobRefused'), says);
      await office.apply(aPolicy(name));
      await verdict(name, 'Scheduled');
    });
  }

  it('is gone from every CronJob when the operator takes it out again', async () => {
    await office.apply(aPolicy('lasting'));
    await verdict('lasting', 'Scheduled');
    assert.deepEqual((await template('lasting'))?.spec['nodeSelector'], { pool: 'nights' });
    await startWith({ env: { TZ: 'UTC' } });
    await until('the selector to go', async () => {
      const { metadata, spec } = (await template('lasting')) ?? assert.fail();
      return !('nodeSelector' in spec) && !('affinity' in spec) && !('team' in metadata.labels);
    });
  });

  it('stops a controller that it is wrong for, with the fault, its field and exit 2', () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'env: { NODE_OPTIONS: --require=/x }');
    const { status, stderr } = spawnSync(process.execPath, [MAIN, '--job-image', 'x', '--job-pod', file], {
      encoding: 'utf8',
      env: { ...process.env, KUBECONFIG: office.kubeconfig },
    });
    assert.equal(status, 2, stderr);
    assert.equal(
      stderr,
      `controller: ${file}: env.NODE_OPTIONS: is not for the operator to set: it changes what the program runs and whom it trusts\n  → docs/kubernetes.md shows the file; numbers and true or false in env, labels and annotations need quotes\n`,
    );
  });
});
