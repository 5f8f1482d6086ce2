import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { type Page, Unavailable } from '../../src/store/store.ts';
import { applied, contentAt, fileAt, listed, never } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';
import { unprivileged } from './unprivileged.ts';

describe('A listing of a directory', () => {
  it('accounts for links, pipes and sockets and follows none of them', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('real/file.txt', Buffer.from('1'));
    await symlink('file.txt', join(root, 'real/link.txt'));
    await symlink('real', join(root, 'folder-link'));
    await symlink('nowhere', join(root, 'dangling'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const server = createServer().listen(join(root, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    const entries = await applied(store.list('', { recursive: true }, never));
    await new Promise((resolve) => server.close(resolve));
    assert.deepEqual(
      entries.map((entry) => `${entry.key} ${entry.kind === 'unusable' ? entry.reason : entry.kind}`),
      [
        'dangling symbolic_link',
        'folder-link symbolic_link',
        'pipe special_file',
        'real folder',
        'real/file.txt file',
        'real/link.txt symbolic_link',
        'socket special_file',
      ],
    );
  });

  it('accounts for names that are no UTF-8, each with its own key and a path that can be printed', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seedFolder } = fixture;
    await seedFolder('case');
    const raw = (name: string): Buffer => Buffer.concat([Buffer.from(`${root}/case/`), Buffer.from(name, 'latin1')]);
    await writeFile(raw('caf\xe9.txt'), '1');
    await writeFile(raw('caf\xea.txt'), '2');
    await mkdir(raw('old\xff'));
    await writeFile(join(root, 'case/caf\\xe9.txt'), 'a name that looks like the escaped one');
    const entries = await applied(store.list('', { recursive: true }, never));
    assert.deepEqual(entries.map((entry) => `${entry.kind} ${'path' in entry ? entry.path : ''}`).toSorted(), [
      'file case/caf\\xe9.txt',
      'folder case',
      'unusable case/caf\\xe9.txt',
      'unusable case/caf\\xea.txt',
      'unusable case/old\\xff',
    ]);
    assert.equal(new Set(entries.map(({ key }) => key)).size, 5);
  });

  it('escapes what can not be shown in the path of something unusable', async () => {
    await using fixture = await directoryFixture();
    await symlink('x', join(fixture.root, 'line\nbreak \u202e\u001b[31m'));
    assert.deepEqual(await listed(fixture.store), ['unusable line\\u{000a}break \\u{202e}\\u{001b}[31m']);
  });

  it('keeps names apart that differ only in case or in Unicode form', async () => {
    await using fixture = await directoryFixture();
    const names = ['A.txt', 'a.txt', 'é.txt'.normalize('NFC'), 'é.txt'.normalize('NFD'), 'back\\slash', 'new\nline'];
    for (const name of names) await fixture.seed(name, Buffer.from(name));
    assert.equal((await listed(fixture.store)).length, names.length);
    for (const name of names) assert.equal((await contentAt(fixture.store, name)).toString(), name);
  });

  it('accounts for a folder that can not be read and goes on with the rest', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('closed/secret.txt', Buffer.from('1'));
    await seed('open/file.txt', Buffer.from('1'));
    await chmod(join(root, 'closed'), 0);
    const entries = await unprivileged(root, () => listed(store));
    await chmod(join(root, 'closed'), 0o755);
    assert.deepEqual(entries, ['file open/file.txt', 'folder open', 'unusable closed']);
  });

  it('says so when the folder that it was asked for can not be read, and fails when that is the root', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('closed/secret.txt', Buffer.from('1'));
    await chmod(join(root, 'closed'), 0);
    const isRefused = (error: unknown): boolean => error instanceof Unavailable && error.reason === 'no_access';
    await unprivileged(root, () => assert.rejects(listed(store, 'closed'), isRefused));
    await chmod(root, 0);
    await unprivileged(root, () => assert.rejects(listed(store), { exit: 'configuration', code: 'AccessDenied' }));
    await chmod(root, 0o755);
    await chmod(join(root, 'closed'), 0o755);
  });

  it('lists nothing of folders that vanish before their turn', async () => {
    await using fixture = await directoryFixture();
    const { store, seed, unseed } = fixture;
    const names = Array.from({ length: 600 }, (_, i) => `folder-${i}`);
    for (const name of names) await seed(`${name}/a.txt`, Buffer.from('1'));
    let kept: string[] | undefined;
    async function* pagesWhileFoldersVanish(): AsyncGenerator<Page, void, void> {
      for await (const page of store.list('', { recursive: true }, never)) {
        yield page;
        if (kept || page.kind !== 'entries') continue;
        kept = page.entries.map(({ key }) => key);
        for (const name of names) if (!kept.includes(name)) await unseed(name);
      }
    }
    const left = (await applied(pagesWhileFoldersVanish())).map(({ key }) => key);
    assert.ok(kept && kept.length < 2 * names.length);
    assert.deepEqual(
      left.filter((key) => !key.includes('/')).toSorted(),
      kept.filter((key) => !key.includes('/')).toSorted(),
    );
  });

  it('takes back a folder that is another one before its last name was read, and accounts for it', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    for (let i = 0; i < 600; i++) await seed(`case/${i}`, Buffer.from('1'));
    await seed('other/file.txt', Buffer.from('1'));
    let isSwapped = false;
    async function* pagesWhileItIsSwapped(): AsyncGenerator<Page, void, void> {
      for await (const page of store.list('case', { recursive: true }, never)) {
        yield page;
        if (isSwapped) continue;
        isSwapped = true;
        await rename(join(root, 'case'), join(root, 'case.old'));
        await rename(join(root, 'other'), join(root, 'case'));
      }
    }
    const left = await applied(pagesWhileItIsSwapped());
    assert.deepEqual(left, [{ kind: 'unusable', path: 'case', key: 'case', reason: 'changed_during_run' }]);
  });

  it('does not open what it is told to leave out', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('case/cache/file.txt', Buffer.from('1'));
    await seed('case/file.txt', Buffer.from('1'));
    await chmod(join(root, 'case/cache'), 0);
    const asked = new Set<string>();
    const leaveOut = (folder: string): boolean => {
      asked.add(folder);
      return folder === 'case/cache';
    };
    const entries = await unprivileged(root, () => applied(store.list('', { recursive: true, leaveOut }, never)));
    await chmod(join(root, 'case/cache'), 0o755);
    assert.deepEqual(
      entries.map(({ key }) => key),
      ['case', 'case/file.txt'],
    );
    assert.deepEqual([...asked], ['case', 'case/cache']);
    assert.deepEqual(await applied(store.list('case', { recursive: false, leaveOut }, never)), [
      await fileAt(store, 'case/file.txt'),
    ]);
  });

  it('says by what a lineage calls each folder', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seedFolder, clock } = fixture;
    await seedFolder('a/b');
    const { lineage } = (await openDirectoryStore(join(root, 'a/b'), { clock }).identify(never)).root;
    const identities = async (recursive: boolean): Promise<unknown[]> =>
      (await applied(store.list('', { recursive }, never))).map((entry) => entry.kind === 'folder' && entry.identity);
    assert.deepEqual(await identities(true), [lineage[1], lineage[0]]);
    assert.deepEqual(await identities(false), [lineage[1]]);
  });

  it('refuses a path that leads out of the root', async () => {
    await using fixture = await directoryFixture();
    for (const path of ['../other', 'a/../../b', '/etc/passwd', 'a//b', './a', 'a\0b']) {
      await assert.rejects(fixture.store.stat(path, never), { code: 'PathInvalid' });
      await assert.rejects(fixture.store.put(path, Buffer.from('1'), 'absent', never), { code: 'PathInvalid' });
    }
  });

  it('relates a root to its parents by inode, whatever link it was reached by', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seedFolder } = fixture;
    await seedFolder('inner');
    await symlink(join(root, 'inner'), join(root, 'alias'));
    const alias = await openDirectoryStore(join(root, 'alias'), { clock: fixture.clock }).identify(never);
    const outer = await store.identify(never);
    assert.equal(alias.root.path, join(outer.root.path, 'inner'));
    assert.deepEqual(alias.root.lineage.slice(1), outer.root.lineage);
  });

  it('says that a root is no folder', async () => {
    await using fixture = await directoryFixture();
    await fixture.seed('file', Buffer.from('1'));
    const store = openDirectoryStore(join(fixture.root, 'file'), { clock: fixture.clock });
    await assert.rejects(store.identify(never), { exit: 'configuration', code: 'NotAFolder' });
    await assert.rejects(listed(store), { exit: 'refused', code: 'SourceMissing' });
    assert.equal((await fileAt(fixture.store, 'file')).size, 1);
  });
});
