import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apartFrom } from '../../../src/backup/listing/apart-from.ts';
import type { Entry, Identity, Page, Source } from '../../../src/store/store.ts';
import { applied, never } from '../../store/conformance/fixture.ts';
import { file, folder, planOf } from './plan-fixture.ts';

const BACKUPS: Identity = {
  realm: 'Dropbox account dbid:1',
  root: { exists: true, path: '/backups', lineage: ['id:own', 'id:above'] },
};

/** Only what a listing asks for. */
function sourceOf(entries: readonly Entry[]): Source {
  async function* pages(): AsyncGenerator<Page> {
    yield { kind: 'restart' };
    yield { kind: 'entries', entries };
  }
  const source: Partial<Source> = { locate: (path) => `/CASES/${path}`, list: pages, changes: pages };
  return source as Source;
}

const FOUND = [folder('Smith'), { ...folder('Smith/shared/Backups'), identity: 'id:own' }, file('Smith/a.txt')];
const isRefused = (error: unknown): boolean => {
  assert.ok(error instanceof Error && 'code' in error && 'exitCode' in error);
  assert.deepEqual([error.code, error.exitCode], ['Overlap', 5]);
  assert.match(error.message, /\/BACKUPS .* \/CASES\/Smith\/shared\/Backups$/);
  return true;
};

const listedApart = (identity: Identity, exclude: readonly string[] = [], entries: readonly Entry[] = FOUND) => {
  const apart = apartFrom({ identity, location: '/BACKUPS' }, sourceOf(entries), BACKUPS.realm, planOf([], exclude));
  return {
    list: () => applied(apart.list('Smith', { recursive: true }, never)),
    changes: () => applied(apart.changes('bookmark', never)),
  };
};

test('the backup folder is known in the source by its identity, when it was listed or when it came there meanwhile', async () => {
  await assert.rejects(listedApart(BACKUPS).list(), isRefused);
  await assert.rejects(listedApart(BACKUPS).changes(), isRefused);
});

test('the backup folder may lie in what is excluded with all that it holds, not in what is excluded alone', async () => {
  for (const glob of ['Smith/shared/Backups/**', '**/shared/**', 'smith/**']) {
    assert.equal((await listedApart(BACKUPS, [glob]).list()).length, FOUND.length, glob);
  }
  await assert.rejects(listedApart(BACKUPS, ['Smith/shared/Backups', '**/*.zip']).list(), isRefused);
});

test('a folder is not the backup folder for being above it, of another account, or without an identity', async () => {
  const above = [{ ...folder('Smith'), identity: 'id:above' }, folder('Jones')];
  assert.equal((await listedApart(BACKUPS, [], above).list()).length, 2);
  assert.equal((await listedApart({ ...BACKUPS, realm: 'file system' }).list()).length, FOUND.length);
  const missing = { ...BACKUPS, root: { exists: false, path: '/backups', lineage: [] } };
  assert.equal((await listedApart(missing).list()).length, FOUND.length);
});
