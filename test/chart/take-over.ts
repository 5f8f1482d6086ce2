import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import type { HelmName } from '../tools/tools.ts';
import { CHART, runHelm } from './helm.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NAMESPACE = 'case-backup';
const KINDS = {
  Deployment: `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/case-backup-controller`,
  ServiceAccount: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/case-backup-controller`,
  Role: `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}/roles/case-backup-controller`,
  Policy: `/apis/casebackup.io/v1alpha1/namespaces/${NAMESPACE}/casebackuppolicies/nightly`,
  CRD: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/casebackuppolicies.casebackup.io',
};

/** As UPGRADING.md writes it: for Helm 4 the fields that kubectl has set are its own, until Helm takes each of them. */
const FORCE: Readonly<Record<HelmName, readonly string[]>> = { helm4: ['--force-conflicts'], helm3: [] };

/** Tests of what one Helm does with what kubectl has installed, on a real API server. */
export function takesOver(helm: HelmName): void {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    await kubectl('apply', '-f', 'k8s/crds/');
    await kubectl('apply', '-f', 'k8s/controller.yaml');
    await kubectl('wait', '--for=condition=Established', 'crd/casebackuppolicies.casebackup.io');
    await kubectl('apply', '-n', NAMESPACE, '-f', 'examples/policy-dropbox.yaml');
  });
  after(() => plane?.stop());

  async function kubectl(...args: readonly string[]): Promise<void> {
    const { code, stderr } = await plane.kubectl(
      args.map((arg) => (/^(k8s|examples)\//.test(arg) ? `${ROOT}${arg}` : arg)),
    );
    assert.equal(code, 0, stderr);
  }
  async function helmed(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runHelm([...args, '-n', NAMESPACE], { helm, kubeconfig: plane.admin() });
    assert.equal(code, 0, stderr);
    return stdout;
  }
  const uids = async (): Promise<Record<string, string | undefined>> =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(KINDS).map(async ([kind, path]) => [kind, (await plane.api.find(path))?.metadata.uid] as const),
      ),
    );
  const replicas = async (): Promise<number> =>
    (await plane.api.get<{ spec: { replicas: number } }>(KINDS.Deployment)).spec.replicas;

  it('is taken over as it stands, upgraded, rolled back and uninstalled, and CRD and policies stay', async () => {
    const before = await uids();
    assert.ok(Object.values(before).every(Boolean), JSON.stringify(before));
    const notes = await helmed('install', 'case-backup', CHART, '--take-ownership', ...FORCE[helm]);
    assert.match(notes, /case-backup \S+ serves the policies of case-backup\./);
    assert.deepEqual(await uids(), before);
    await helmed('upgrade', 'case-backup', CHART, '--set', 'controller.replicas=2', ...FORCE[helm]);
    assert.equal(await replicas(), 2);
    await helmed('rollback', 'case-backup', '1');
    assert.equal(await replicas(), 1);
    await helmed('uninstall', 'case-backup');
    const { CRD, Policy } = before;
    assert.deepEqual(await uids(), {
      Deployment: undefined,
      ServiceAccount: undefined,
      Role: undefined,
      Policy,
      CRD,
    });
  });

  it('comes again over the CRD that stayed, with its policies', async () => {
    const { CRD, Policy } = await uids();
    await helmed('install', 'office', CHART, '--take-ownership');
    assert.deepEqual([(await uids())['CRD'], (await uids())['Policy']], [CRD, Policy]);
  });
}
