import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySchema } from '../../src/api/policy.ts';
import { homeOf } from '../../src/repository/home.ts';
import type { RunRecord } from '../../src/repository/record.ts';
import { isOf, kinshipOf, type Origin, type Series } from '../../src/repository/series.ts';

const totals = { cases: 1, files: 1, bytes: 1 };
const dropbox: Origin = { location: '/CASES', root: '/cases', account: 'dbid:1', namespace: '7' };
const folder: Origin = { location: '/data/cases', root: '/vol1/cases' };
const nightly = (source: Origin): Series => ({ policy: 'nightly', source });
const record = (source: Origin, policy = 'nightly'): RunRecord => ({ policy, source }) as RunRecord;

test('a backup of another policy is of another series, and so is one of another source', () => {
  assert.equal(isOf(nightly(dropbox), record(dropbox)), true);
  assert.equal(isOf(nightly(dropbox), record(dropbox, 'closed')), false);
  assert.equal(isOf(nightly(dropbox), record({ ...dropbox, location: '/CLOSED', root: '/closed' })), false);
  assert.equal(isOf(nightly(folder), record({ location: '/data/other', root: '/vol1/other' })), false);
});

test('a folder of Dropbox is the same however its letters are written, one on a disk is not', () => {
  assert.equal(isOf(nightly(dropbox), record({ ...dropbox, location: '/Cases' })), true);
  assert.equal(
    isOf(
      nightly({ ...dropbox, location: '/ÖFFICE', root: '/öffice' }),
      record({ ...dropbox, location: '/Öffice', root: '/öffice' }),
    ),
    true,
  );
  assert.equal(isOf(nightly({ location: '/data' }), record({ location: '/DATA' })), false);
});

test('a folder that is reached by another path is the same, and so is a path whose link leads elsewhere tonight', () => {
  assert.equal(isOf(nightly(folder), record({ location: '/mnt/cases', root: '/vol1/cases' })), true);
  assert.equal(isOf(nightly(folder), record({ location: '/data/cases', root: '/vol2/cases' })), true);
  assert.equal(isOf(nightly(folder), record({ location: '/vol1/cases' })), true);
});

test('a record of an earlier release, which has no root, counts by its location', () => {
  const { root: _, ...before } = dropbox;
  assert.equal(isOf(nightly(dropbox), record({ ...before, totals })), true);
  assert.equal(isOf(nightly({ ...dropbox, location: '/cases' }), record({ ...before, totals })), true);
  assert.equal(isOf(nightly(folder), record({ location: folder.location, totals })), true);
});

test('another namespace is another tree, another member who sees the same namespace is not', () => {
  assert.equal(isOf(nightly(dropbox), record({ ...dropbox, namespace: '8' })), false);
  assert.equal(isOf(nightly(dropbox), record({ ...dropbox, account: 'dbid:2' })), true);
  const { namespace: _, ...plain } = dropbox;
  assert.equal(isOf(nightly(plain), record({ ...plain, account: 'dbid:2' })), false);
});

test('a folder of Dropbox is never one of a disk that has the same path', () => {
  assert.equal(isOf(nightly(dropbox), record({ location: '/CASES', root: '/CASES' })), false);
  assert.equal(isOf(nightly(dropbox), record({ location: '/CASES', totals })), false);
  assert.equal(isOf(nightly({ location: '/CASES', root: '/CASES' }), record({ ...dropbox, root: '/cases' })), false);
});

test('a run that failed before it knew its account is of the series whose path it names', () => {
  assert.equal(isOf(nightly(dropbox), record({ location: '/CASES' })), true);
});

const home = { uid: 'p1', namespace: 'east', installation: 'c1' };
const inCluster: Series = { ...nightly(folder), home };
const madeAt = (change: object): RunRecord => ({ ...record(folder), home: { ...home, ...change } });

test('a policy that was made anew in its place is the same, and so is one whose controller was', () => {
  assert.equal(kinshipOf(inCluster, madeAt({})), 'own');
  assert.equal(kinshipOf(inCluster, madeAt({ uid: 'p2' })), 'own');
  assert.equal(kinshipOf(inCluster, madeAt({ installation: 'c2' })), 'own');
  assert.equal(kinshipOf(inCluster, madeAt({ installation: undefined })), 'own');
});

test('a policy of the same name and path in another cluster or namespace is elsewhere, until it is adopted', () => {
  for (const change of [
    { uid: 'p2', installation: 'c2' },
    { uid: 'p2', namespace: 'west' },
    { uid: 'p2', installation: undefined },
  ]) {
    assert.equal(kinshipOf(inCluster, madeAt(change)), 'elsewhere');
    assert.equal(kinshipOf({ ...inCluster, adopted: ['p2'] }, madeAt(change)), 'own');
  }
  const adopting = { ...inCluster, adopted: ['c2'] };
  assert.equal(kinshipOf(adopting, madeAt({ uid: 'p2', installation: 'c2' })), 'own');
  assert.equal(kinshipOf(adopting, { ...madeAt({ uid: 'p2', installation: 'c2' }), policy: 'closed' }), 'foreign');
});

test('a record that does not say where its policy was is of whichever has that name; of what a cluster made a policy by hand has no part', () => {
  assert.equal(kinshipOf(inCluster, record(folder)), 'own');
  assert.equal(kinshipOf(nightly(folder), record(folder)), 'own');
  assert.equal(kinshipOf(nightly(folder), madeAt({})), 'elsewhere');
});

test('a policy as a file has no home, one that kubectl has written has its UID', () => {
  const policy = (metadata: object) =>
    policySchema.parse({
      apiVersion: 'casebackup.io/v1alpha1',
      kind: 'CaseBackupPolicy',
      metadata: { name: 'nightly', ...metadata },
      spec: { source: { directory: { path: '/CASES' } }, destination: { directory: { path: '/BACKUPS' } } },
    });
  for (const metadata of [{}, { namespace: 'east' }, { uid: null, annotations: null }, { annotations: { n: 1 } }])
    assert.equal(homeOf(policy(metadata)), undefined);
  const written = { namespace: 'east', uid: 'p1', resourceVersion: '7', annotations: { note: 'x' }, labels: {} };
  assert.deepEqual(homeOf(policy(written)), { uid: 'p1', namespace: 'east' });
});
