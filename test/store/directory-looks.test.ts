import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Look } from '../../src/store/look.ts';
import type { Source } from '../../src/store/store.ts';
import { never } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';

/** The looks of a listing by their folder. */
async function looksOf(store: Source, folder: string, recursive: boolean): Promise<ReadonlyMap<string, Look>> {
  const looks = new Map<string, Look>();
  for await (const page of store.list(folder, { recursive }, never))
    if (page.kind === 'entries') for (const look of page.looks ?? []) looks.set(look.folder, look);
  return looks;
}

async function lookAt(store: Source, folder: string): Promise<Look> {
  const look = await store.look?.(folder, never);
  assert.ok(look, `${folder} can be looked at`);
  return look;
}

describe('A look at a directory', () => {
  it('is the one that its listing gave, of each folder, as long as nothing has changed', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed, seedFolder } = fixture;
    await seed('case/a.txt', Buffer.from('1'));
    await seed('case/sub/b.txt', Buffer.from('1'));
    await seedFolder('case/empty');
    await symlink('a.txt', join(root, 'case/link'));
    await writeFile(Buffer.concat([Buffer.from(`${root}/case/`), Buffer.from('caf\xe9', 'latin1')]), '1');
    for (let i = 0; i < 1200; i++) await seed(`many/${i}.txt`, Buffer.from('1'));
    const looks = await looksOf(store, '', true);
    assert.deepEqual([...looks.keys()].sort(), ['', 'case', 'case/empty', 'case/sub', 'many']);
    for (const [folder, look] of looks) assert.deepEqual(await lookAt(store, folder), look);
    assert.deepEqual(await looksOf(store, 'case', false), new Map([['case', looks.get('case')]]));
  });

  it('finds other names when something came, went, was renamed, or became a folder', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    const changes = {
      came: () => writeFile(join(root, 'case/new.txt'), '1'),
      went: () => rm(join(root, 'case/new.txt')),
      renamed: () => rename(join(root, 'case/a.txt'), join(root, 'case/A.txt')),
      'became a folder': async () => {
        await rm(join(root, 'case/A.txt'));
        await mkdir(join(root, 'case/A.txt'));
      },
    };
    await seed('case/a.txt', Buffer.from('1'));
    for (const [what, change] of Object.entries(changes)) {
      const before = await lookAt(store, 'case');
      await change();
      assert.notEqual((await lookAt(store, 'case')).names, before.names, what);
    }
  });

  it('finds the same names and a change when something came and went again, or another folder has its name', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('case/a.txt', Buffer.from('1'));
    await seed('other/a.txt', Buffer.from('1'));
    const before = await lookAt(store, 'case');
    await rename(join(root, 'case'), join(root, 'old'));
    await rename(join(root, 'other'), join(root, 'case'));
    const after = await lookAt(store, 'case');
    assert.equal(after.names, before.names);
    assert.notEqual(after.version, before.version);
  });

  it('finds nothing changed when a file in it is written', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('case/a.txt', Buffer.from('1'));
    const before = await lookAt(store, 'case');
    await appendFile(join(root, 'case/a.txt'), 'more');
    assert.deepEqual(await lookAt(store, 'case'), before);
  });

  it('finds nothing where no folder is, or a link to one', async () => {
    await using fixture = await directoryFixture();
    const { root, store, seed } = fixture;
    await seed('case/a.txt', Buffer.from('1'));
    await symlink('case', join(root, 'link'));
    for (const path of ['gone', 'case/a.txt', 'link', 'case/gone/below'])
      assert.equal(await store.look?.(path, never), undefined, path);
  });

  it('tells of a subfolder that is gone when it is to be listed as of none of its names', async () => {
    await using fixture = await directoryFixture();
    const { store, seed, unseed } = fixture;
    for (let i = 0; i < 700; i++) await seed(`case/folder-${i}/a.txt`, Buffer.from('1'));
    let gone = '';
    const looks: Look[] = [];
    for await (const page of store.list('case', { recursive: true }, never)) {
      assert.equal(page.kind, 'entries');
      looks.push(...(page.looks ?? []));
      if (gone !== '') continue;
      const opened = new Set(page.entries.map(({ key }) => key));
      gone = Array.from({ length: 700 }, (_, i) => `case/folder-${i}`).find((key) => !opened.has(key)) ?? '';
      await unseed(gone);
    }
    const told = looks.find(({ folder }) => folder === 'case');
    assert.equal(told?.names, (await lookAt(store, 'case')).names);
    assert.equal(
      looks.some(({ folder }) => folder === gone),
      false,
    );
  });
});
