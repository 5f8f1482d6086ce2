import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, one, type Rendered } from '../manifest.ts';
import { render } from '../render.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const rightsOf = (role: Rendered): string[] =>
  (at(role, 'rules') as Rule[])
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
      ),
    )
    .sort();

const aggregatedTo = ({ metadata: { labels = {} } }: Rendered): string[] =>
  Object.keys(labels)
    .flatMap((label) => /^rbac\.authorization\.k8s\.io\/aggregate-to-(.+)$/.exec(label)?.[1] ?? [])
    .sort();

const POLICIES = 'casebackuppolicies.casebackup.io';

describe('The rights of people', () => {
  it('let viewers see policies, and editors and admins change them, but nobody their status', async () => {
    const objects = await render();
    const view = one(objects, 'ClusterRole', 'case-backup-view');
    assert.deepEqual(aggregatedTo(view), ['admin', 'edit', 'view']);
    assert.deepEqual(rightsOf(view), [`get ${POLICIES}`, `list ${POLICIES}`, `watch ${POLICIES}`]);
    const edit = one(objects, 'ClusterRole', 'case-backup-edit');
    assert.deepEqual(aggregatedTo(edit), ['admin', 'edit']);
    assert.deepEqual(
      rightsOf(edit),
      ['create', 'delete', 'deletecollection', 'patch', 'update'].map((verb) => `${verb} ${POLICIES}`),
    );
  });

  it('let a runner start a run by hand and see how it went, and read no pod, log or Secret', async () => {
    const runner = one(await render(), 'ClusterRole', 'case-backup-runner');
    assert.deepEqual(aggregatedTo(runner), []);
    assert.deepEqual(rightsOf(runner), [
      'create jobs.batch',
      `get ${POLICIES}`,
      'get cronjobs.batch',
      'get jobs.batch',
      `list ${POLICIES}`,
      'list jobs.batch',
      `watch ${POLICIES}`,
      'watch jobs.batch',
    ]);
  });

  it('are each left out when they are not wanted', async () => {
    const names = (await render({ rbac: { aggregate: false } })).map(({ metadata }) => metadata.name);
    assert.ok(names.includes('case-backup-runner'));
    assert.ok(!names.includes('case-backup-view') && !names.includes('case-backup-edit'));
    assert.ok(
      !(await render({ rbac: { runner: false } })).some(({ metadata }) => metadata.name === 'case-backup-runner'),
    );
  });
});
