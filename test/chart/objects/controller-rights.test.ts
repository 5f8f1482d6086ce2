import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import type { Rendered } from '../manifest.ts';
import { at, one } from '../manifest.ts';
import { render } from '../render.ts';

const RULES = parse(
  readFileSync(new URL('../../../charts/case-backup/files/controller-rules.yaml', import.meta.url), 'utf8'),
) as { readonly policies: readonly object[]; readonly leaderElection: readonly object[] };
const CONTROLLER = 'case-backup-controller';
const NOBODY_ELSE = { rbac: { aggregate: false, runner: false } };

const placeOf = ({ kind, metadata: { namespace, name } }: Rendered): string => `${kind} ${namespace ?? '*'}/${name}`;
const ofKind = (objects: readonly Rendered[], kinds: RegExp): string[] =>
  objects
    .filter(({ kind }) => kinds.test(kind))
    .map(placeOf)
    .sort();
const rolesOf = (objects: readonly Rendered[]): Rendered[] =>
  objects.filter(({ kind }) => /^(Cluster)?Role$/.test(kind));

describe("The controller's rights", () => {
  it('are by default a Role in the release’s namespace, and one for the Lease', async () => {
    const objects = await render(NOBODY_ELSE, { namespace: 'office' });
    assert.deepEqual(ofKind(objects, /Role/), [
      `Role office/${CONTROLLER}`,
      `Role office/${CONTROLLER}-lease`,
      `RoleBinding office/${CONTROLLER}`,
      `RoleBinding office/${CONTROLLER}-lease`,
    ]);
    assert.deepEqual(at(one(objects, 'Role', CONTROLLER), 'rules'), RULES.policies);
    assert.deepEqual(at(one(objects, 'Role', `${CONTROLLER}-lease`), 'rules'), RULES.leaderElection);
  });

  it('are a Role in each namespace of a list, and nothing about policies in any other', async () => {
    const scope = { mode: 'Namespaces', namespaces: ['munich', 'berlin'] };
    const objects = await render({ ...NOBODY_ELSE, scope }, { namespace: 'operations' });
    assert.deepEqual(ofKind(objects, /Role/), [
      `Role berlin/${CONTROLLER}`,
      `Role munich/${CONTROLLER}`,
      `Role operations/${CONTROLLER}-lease`,
      `RoleBinding berlin/${CONTROLLER}`,
      `RoleBinding munich/${CONTROLLER}`,
      `RoleBinding operations/${CONTROLLER}-lease`,
    ]);
    assert.deepEqual(ofKind(objects, /^ServiceAccount$/), [
      'ServiceAccount berlin/case-backup-job',
      'ServiceAccount munich/case-backup-job',
      `ServiceAccount operations/${CONTROLLER}`,
    ]);
  });

  it('are one ClusterRole for the whole cluster, and the Lease stays in its namespace', async () => {
    const objects = await render({ ...NOBODY_ELSE, scope: { mode: 'Cluster' } }, { namespace: 'operations' });
    assert.deepEqual(ofKind(objects, /Role/), [
      `ClusterRole */${CONTROLLER}`,
      `ClusterRoleBinding */${CONTROLLER}`,
      `Role operations/${CONTROLLER}-lease`,
      `RoleBinding operations/${CONTROLLER}-lease`,
    ]);
    assert.deepEqual(at(one(objects, 'ClusterRole'), 'rules'), RULES.policies);
    assert.deepEqual(ofKind(objects, /^ServiceAccount$/), [`ServiceAccount operations/${CONTROLLER}`]);
  });

  it('are bound to the ServiceAccount that the pod has, wherever it is', async () => {
    const serviceAccount = { create: false, name: 'given' };
    const scope = { mode: 'Namespaces', namespaces: ['berlin'] };
    const objects = await render({ scope, controller: { serviceAccount } }, { namespace: 'operations' });
    assert.equal(at(one(objects, 'Deployment'), 'spec.template.spec.serviceAccountName'), 'given');
    const bindings = objects.filter(
      ({ kind, metadata }) => kind === 'RoleBinding' && metadata.name.startsWith(CONTROLLER),
    );
    assert.equal(bindings.length, 2);
    for (const binding of bindings)
      assert.deepEqual(at(binding, 'subjects'), [{ kind: 'ServiceAccount', name: 'given', namespace: 'operations' }]);
    assert.equal(
      objects.some((object) => placeOf(object) === 'ServiceAccount operations/given'),
      false,
    );
  });

  it('are never more than files/controller-rules.yaml has, however the scope is', async () => {
    const granted = new Set([...RULES.policies, ...RULES.leaderElection].map((rule) => JSON.stringify(rule)));
    for (const scope of [{}, { mode: 'Cluster' }, { mode: 'Namespaces', namespaces: ['a', 'b'] }])
      for (const role of rolesOf(await render({ ...NOBODY_ELSE, scope })))
        for (const rule of at(role, 'rules') as object[]) assert.ok(granted.has(JSON.stringify(rule)), placeOf(role));
  });

  it('are left to somebody else when they are asked not to be made', async () => {
    const objects = await render({ rbac: { create: false, aggregate: false, runner: false } });
    assert.deepEqual(ofKind(objects, /Role/), []);
  });

  it('are asked of by the flags that fit them', async () => {
    const flags = async (scope: object): Promise<string> =>
      (
        at(
          one(await render({ scope }, { namespace: 'office' }), 'Deployment'),
          'spec.template.spec.containers.0.args',
        ) as string[]
      ).join(' ');
    assert.match(await flags({}), /^--namespace office --job-image /);
    assert.match(
      await flags({ mode: 'Namespaces', namespaces: ['b', 'a'] }),
      /^--namespace a --namespace b --job-image /,
    );
    assert.match(await flags({ mode: 'Cluster' }), /^--all-namespaces --job-image .* --job-service-account default /);
  });
});
