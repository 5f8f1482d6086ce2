import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { at, one, type Rendered } from '../manifest.ts';
import { render } from '../render.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const manifest = (parseAllDocuments(read('k8s/controller.yaml')) as { toJS(): Rendered }[]).map((each) => each.toJS());

/** What Helm would take over: everything but the namespace, which a release does not own. */
const TAKEN = manifest.filter(({ kind }) => kind !== 'Namespace');

describe('A release called case-backup, beside k8s/controller.yaml', () => {
  it('has its objects under the same names, so that Helm can take them over', async () => {
    const objects = await render();
    for (const { kind, metadata } of TAKEN)
      assert.equal(one(objects, kind, metadata.name).metadata.namespace ?? 'case-backup', metadata.namespace);
    assert.ok(TAKEN.length >= 5, `${TAKEN.length}`);
  });

  it('selects the same pods, whatever the release is called', async () => {
    const selector = at(one(manifest, 'Deployment'), 'spec.selector');
    for (const release of ['case-backup', 'other'])
      assert.deepEqual(at(one(await render({}, { release }), 'Deployment'), 'spec.selector'), selector);
  });

  it('runs the same program with the same rights, probes, ports and resources', async () => {
    const ours = one(await render(), 'Deployment');
    const theirs = one(manifest, 'Deployment');
    for (const field of ['command', 'ports', 'livenessProbe', 'readinessProbe', 'resources', 'securityContext'])
      assert.deepEqual(
        at(ours, `spec.template.spec.containers.0.${field}`),
        at(theirs, `spec.template.spec.containers.0.${field}`),
        field,
      );
    for (const field of [
      'replicas',
      'template.spec.securityContext',
      'template.spec.serviceAccountName',
      'template.spec.enableServiceLinks',
    ])
      assert.deepEqual(at(ours, `spec.${field}`), at(theirs, `spec.${field}`), field);
  });
});

/** Helm leaves such an object in the cluster when the release is uninstalled. */
const KEPT = { 'helm.sh/resource-policy': 'keep' };

describe('The chart’s own data', () => {
  const chart = parse(read('charts/case-backup/Chart.yaml')) as {
    readonly appVersion: string;
    readonly annotations: Readonly<Record<string, string>>;
  };

  it('is of the version in package.json, its image too', () => {
    const { version, license } = JSON.parse(read('package.json')) as { version: string; license: string };
    assert.equal(chart.appVersion, version);
    assert.equal(chart.annotations['artifacthub.io/license'], license);
    const images = parse(chart.annotations['artifacthub.io/images'] ?? '') as { image: string }[];
    assert.deepEqual(
      images.map(({ image }) => image.split(':')[1]),
      [version],
    );
  });

  it('names the CRD that is installed', async () => {
    const crd = one(await render(), 'CustomResourceDefinition');
    const [named] = parse(chart.annotations['artifacthub.io/crds'] ?? '') as {
      kind: string;
      name: string;
      version: string;
    }[];
    assert.deepEqual(
      { kind: at(crd, 'spec.names.kind'), name: crd.metadata.name, version: at(crd, 'spec.versions.0.name') },
      { kind: named?.kind, name: named?.name, version: named?.version },
    );
  });

  it('installs the CRD as it is generated, to stay after an uninstall unless values say otherwise', async () => {
    const generated = parse(read('k8s/crds/casebackup.io_casebackuppolicies.yaml')) as Rendered;
    const crd = one(await render(), 'CustomResourceDefinition');
    assert.deepEqual(crd['spec'], generated['spec']);
    assert.deepEqual(crd.metadata.annotations, KEPT);
    const gone = one(await render({ crds: { keep: false, annotations: { a: 'b' } } }), 'CustomResourceDefinition');
    assert.deepEqual(gone.metadata.annotations, { a: 'b' });
    assert.ok(!(await render({ crds: { install: false } })).some(({ kind }) => kind === 'CustomResourceDefinition'));
  });

  it('leaves the jobs’ ServiceAccount with the CRD, for the nights that go on', async () => {
    const account = async (values: object): Promise<Rendered> =>
      one(await render(values), 'ServiceAccount', 'case-backup-job');
    assert.deepEqual((await account({})).metadata.annotations, KEPT);
    assert.equal((await account({ crds: { keep: false } })).metadata.annotations, undefined);
  });
});
