import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import { pathsBelow } from '../../src/store/dropbox/paths.ts';
import { never } from './conformance/fixture.ts';
import { openFixture } from './dropbox-fixture.ts';

test('identify names the account, the namespace and the folder with its parents, nearest first', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/Office/Files/Cases/a.txt', 'x');
  const { account, namespace, root } = await fixture.at('/office/FILES/Cases').identify(never);
  assert.match(account ?? '', /^dbid:/);
  assert.ok(namespace);
  assert.equal(root.exists, true);
  assert.equal(root.path, '/office/files/cases');
  const above = await fixture.at('/office/FILES').identify(never);
  assert.deepEqual(root.lineage.slice(1), above.root.lineage);
  assert.equal(new Set(root.lineage).size, 3);
});

test('two roots can be compared although one is written in other letters', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.folder('/CASES/BACKUPS');
  const source = (await fixture.at('/cases').identify(never)).root;
  const destination = (await fixture.at('/Cases/Backups').identify(never)).root;
  assert.ok(destination.path.startsWith(`${source.path}/`));
  assert.equal(destination.lineage[1], source.lineage[0]);
});

test('a root that does not exist yet is no error', async () => {
  await using fixture = await openFixture();
  assert.deepEqual((await fixture.at('/Backups/new').identify(never)).root, {
    exists: false,
    path: '/backups/new',
    lineage: [],
  });
});

test('a root that is a file is a configuration error', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES', 'a file');
  await assert.rejects(fixture.at('/CASES').identify(never), { exit: 'configuration', code: 'RootNotFolder' });
});

test('the top of the account can be a root', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/a.txt', 'x');
  const store = fixture.at('/');
  assert.deepEqual((await store.identify(never)).root, { exists: true, path: '', lineage: [] });
  assert.equal(store.locate(''), '/');
  const file = await store.stat('CASES/a.txt', never);
  assert.deepEqual(file?.kind === 'file' && [file.key, file.path], ['cases/a.txt', 'CASES/a.txt']);
});

test('a disabled account is refused', async () => {
  await using fixture = await openFixture();
  const account = {
    account_id: 'dbid:AAA',
    disabled: true,
    root_info: { '.tag': 'user', root_namespace_id: '1', home_namespace_id: '1' },
  };
  const effect = { kind: 'status', status: 200, body: account } as const;
  fixture.emulator.faults.add({ route: 'users/get_current_account', effect });
  await assert.rejects(fixture.store.identify(never), { exit: 'credentials', code: 'AccountDisabled' });
});

for (const [type, allocated] of [
  ['off', 5_000],
  ['alert_only', 5_000],
  ['stop_sync', 100],
] as const)
  test(`a member's own limit of the kind ${type} ${type === 'stop_sync' ? 'is the space' : 'is no limit'}`, async () => {
    const team = { rootNamespaceId: '2345', homePath: '/Ann Lee' };
    await using fixture = await openFixture({ emulator: { team, allocatedBytes: 5_000 } });
    fixture.emulator.settings.memberLimit = { type, allocatedBytes: 100, usedBytes: 90 };
    assert.equal((await fixture.store.space(never))?.allocated, allocated);
    const put = fixture.store.put('a.txt', Buffer.alloc(50), 'absent', never);
    if (type === 'stop_sync') await assert.rejects(put, { exit: 'noSpace' });
    else await put;
  });

test('the token of an app with team scopes is told as that, with what to untick', async () => {
  await using fixture = await openFixture({ emulator: { team: { rootNamespaceId: '2345', homePath: '/Ann Lee' } } });
  fixture.emulator.settings.teamToken = true;
  await assert.rejects(fixture.store.identify(never), (error: unknown) => {
    assert.ok(error instanceof Failure);
    assert.deepEqual([error.exitCode, error.code], [12, 'TeamToken']);
    assert.match(error.hint ?? '', /untick.*Team Scopes.*link the app/);
    return true;
  });
});

test('a path goes to Dropbox in NFC, and comes back without the components of the root', () => {
  const paths = pathsBelow('/Akten/Mu\u0308ller/');
  assert.equal(paths.absolute('u\u0308.txt'), '/Akten/M\u00fcller/\u00fc.txt');
  assert.equal(paths.absolute(''), '/Akten/M\u00fcller');
  assert.equal(paths.relative('/akten/m\u00fcller/a/b.txt'), 'a/b.txt');
  assert.equal(paths.relative('/akten/m\u00fcller'), '');
});
