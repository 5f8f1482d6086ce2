import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { CHART } from './helm.ts';
import { one, type Rendered } from './manifest.ts';
import { render, renderText } from './render.ts';

/** The defaults, and every values file of ci/. */
const FILES = [
  { name: 'no values', values: {} },
  ...globSync(join(CHART, 'ci/*-values.yaml'))
    .sort()
    .map((file) => ({ name: basename(file, '.yaml'), values: parse(readFileSync(file, 'utf8')) as object })),
];

const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

describe('The chart on a real API server', () => {
  let plane: ControlPlane;
  before(async () => {
    plane = await startControlPlane({ controllerManager: false });
  });
  after(() => plane?.stop());

  async function namespaceCalled(name: string, labels: object): Promise<string> {
    await plane.api.create('/api/v1/namespaces', { metadata: { name, labels } });
    await plane.api.create(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } });
    return name;
  }

  async function apply(objects: readonly Rendered[]): Promise<string> {
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    const { code, stderr } = await plane.kubectl(['apply', '--server-side', '-f', '-'], { input });
    assert.equal(code, 0, stderr);
    return stderr;
  }

  for (const { name, values } of FILES)
    it(`is taken by a namespace of restricted pod security, with ${name}`, async () => {
      const namespace = await namespaceCalled(name.replaceAll(/[^a-z]+/g, '-'), RESTRICTED);
      const objects = await render(values, { namespace });
      const pods = objects.filter(({ kind }) => kind === 'Pod' || kind === 'Deployment');
      assert.equal(pods.length, 4);
      const accounts = objects.filter(
        ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.namespace === namespace,
      );
      assert.doesNotMatch(await apply([...accounts, ...pods]), /PodSecurity/);
    });

  it('would be told of a pod that is not restricted', async () => {
    const namespace = await namespaceCalled('lax', { 'pod-security.kubernetes.io/warn': 'restricted' });
    const securityContext = { allowPrivilegeEscalation: true };
    const lax = await render({ controller: { securityContext } }, { namespace });
    assert.match(await apply([one(lax, 'Deployment')]), /would violate PodSecurity/);
  });

  it('differs in nothing from what was applied of it', async () => {
    const namespace = await namespaceCalled('gitops', RESTRICTED);
    const values = {
      networkPolicy: { enabled: true },
      controller: { replicas: 2, podDisruptionBudget: { enabled: true } },
    };
    const input = await renderText(values, { namespace });
    const applied = await plane.kubectl(['apply', '--server-side', '-n', namespace, '-f', '-'], { input });
    assert.equal(applied.code, 0, applied.stderr);
    const { code, stdout } = await plane.kubectl(['diff', '--server-side', '-n', namespace, '-f', '-'], { input });
    assert.equal(code, 0, stdout);
  });
});
