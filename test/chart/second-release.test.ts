import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { CHART, type HelmSaid, runHelm } from './helm.ts';

const OTHERS = ['--set', 'crds.install=false,rbac.aggregate=false,rbac.runner=false'];

describe('A second release in one cluster', () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
    const { code, stderr } = await helm('install', 'case-backup', 'berlin');
    assert.equal(code, 0, stderr);
  });
  after(() => plane?.stop());

  const helm = (act: string, release: string, namespace: string, ...more: string[]): Promise<HelmSaid> => {
    const chart = act === 'uninstall' ? [] : [CHART];
    const made = act === 'install' ? ['--create-namespace'] : [];
    return runHelm([act, release, ...chart, '-n', namespace, ...made, ...more], { kubeconfig: plane.admin() });
  };

  async function assertRefused(key: string, said: Promise<HelmSaid>): Promise<void> {
    const { code, stderr } = await said;
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`${key}: release "case-backup" in namespace "berlin" makes that`));
    assert.ok(stderr.includes(`install this one with ${OTHERS.join(' ')}`), stderr);
  }

  it('is refused with what to set, whatever it is called', async () => {
    await assertRefused('crds.install', helm('install', 'office', 'hamburg'));
    await assertRefused('crds.install', helm('install', 'case-backup', 'hamburg', '--take-ownership'));
  });

  it('is refused for each thing that it would share, under the same name', async () => {
    const withoutCrd = ['--set', 'crds.install=false'];
    await assertRefused('rbac.aggregate', helm('install', 'case-backup', 'hamburg', ...withoutCrd));
    const runnerAlone = ['--set', 'crds.install=false,rbac.aggregate=false'];
    await assertRefused('rbac.runner', helm('install', 'case-backup', 'hamburg', ...runnerAlone));
  });

  it('stands beside the first with that, and both are upgraded', async () => {
    for (const [act, namespace, ...set] of [
      ['install', 'hamburg', ...OTHERS],
      ['upgrade', 'hamburg', ...OTHERS],
      ['upgrade', 'berlin'],
    ] as const) {
      const { code, stderr } = await helm(act, 'case-backup', namespace, ...set);
      assert.equal(code, 0, stderr);
    }
    for (const namespace of ['berlin', 'hamburg']) {
      const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/case-backup-controller`;
      assert.ok(await plane.api.find(deployment), namespace);
    }
  });

  it('takes over what the first has left behind', async () => {
    for (const said of [
      await helm('uninstall', 'case-backup', 'berlin'),
      await helm('upgrade', 'case-backup', 'hamburg', '--take-ownership', '--reset-values'),
    ])
      assert.equal(said.code, 0, said.stderr);
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/casebackuppolicies.casebackup.io';
    const owner = (await plane.api.get<{ metadata: { annotations: Record<string, string> } }>(crd)).metadata
      .annotations;
    assert.equal(owner['meta.helm.sh/release-namespace'], 'hamburg');
  });
});
