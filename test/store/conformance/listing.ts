import assert from 'node:assert/strict';
import { forEachParallel } from '../../../src/host/parallel.ts';
import { applied, fileAt, listed, never, type Sentence } from './fixture.ts';

/** Names that every store takes and that trip code which builds patterns, URLs, objects or folded keys from them. */
const AWKWARD_NAMES = [
  '__proto__',
  'constructor',
  'CON',
  '.hidden',
  'a  b.txt',
  "it's #1 50% [x]{y} &=+~!@$^().txt",
  'Grüße.pdf',
  '日本語.docx',
  'مستند.pdf',
  '😀 👩‍👩‍👧.png',
  `${'n'.repeat(200)}.txt`,
];

export function listingSentences(sentence: Sentence): void {
  sentence('lists everything below a folder, and the folders themselves', async ({ store, seed }) => {
    await seed('top.txt', Buffer.from('1'));
    await seed('case one/a.txt', Buffer.from('22'));
    await seed('case one/sub/b.txt', Buffer.from('333'));
    assert.deepEqual(await listed(store), [
      'file case one/a.txt',
      'file case one/sub/b.txt',
      'file top.txt',
      'folder case one',
      'folder case one/sub',
    ]);
  });

  sentence('lists one folder without what is below its folders', async ({ store, seed }) => {
    await seed('case/a.txt', Buffer.from('1'));
    await seed('case/sub/b.txt', Buffer.from('1'));
    await seed('other/c.txt', Buffer.from('1'));
    assert.deepEqual(await listed(store, 'case', false), ['file case/a.txt', 'folder case/sub']);
  });

  sentence('lists below a folder with paths relative to the root', async ({ store, seed }) => {
    await seed('case/sub/b.txt', Buffer.from('1'));
    assert.deepEqual(await listed(store, 'case'), ['file case/sub/b.txt', 'folder case/sub']);
  });

  sentence('lists an empty folder as a folder, and nothing in it', async ({ store, seedFolder }) => {
    await seedFolder('empty');
    assert.deepEqual(await listed(store), ['folder empty']);
    assert.deepEqual(await listed(store, 'empty'), []);
  });

  sentence('lists nothing below an empty root', async ({ store }) => {
    assert.deepEqual(await listed(store), []);
  });

  sentence('lists awkward names as they are, each with a key of its own', async ({ store, seed }) => {
    for (const name of AWKWARD_NAMES) await seed(`${name}/${name}`, Buffer.from(name));
    const files = (await applied(store.list('', { recursive: true }, never))).filter((entry) => entry.kind === 'file');
    assert.deepEqual(files.map(({ name }) => name).toSorted(), AWKWARD_NAMES.toSorted());
    for (const file of files) {
      assert.equal((await store.load(file, never)).bytes.toString(), file.name);
    }
  });

  sentence('lists more files than one page holds, each once', async ({ store, seed }) => {
    const paths = Array.from({ length: 2_100 }, (_, i) => `many/${String(i).padStart(4, '0')}.txt`);
    await forEachParallel(paths, 16, (path) => seed(path, Buffer.from(path)));
    const seen: string[] = [];
    for await (const page of store.list('many', { recursive: false }, never)) {
      if (page.kind === 'restart') seen.length = 0;
      else for (const entry of page.entries) seen.push(entry.key);
    }
    assert.deepEqual(seen.toSorted(), paths);
  });

  sentence('lists a file with the revision, size and times that stat gives', async ({ store, seed, clock }) => {
    await seed('a.txt', Buffer.from('content'));
    const [file] = await applied(store.list('', { recursive: true }, never));
    assert.deepEqual(file, await fileAt(store, 'a.txt'));
    assert.ok(file?.kind === 'file');
    assert.equal(file.size, 7);
    assert.equal(file.modified.getTime() % 1000, 0);
    assert.ok(Math.abs(file.stored.getTime() - clock.now().getTime()) < 300_000);
  });

  sentence('refuses to list a folder that does not exist', async ({ store, rootless }) => {
    const isMissing = { name: 'Failure', exit: 'refused', code: 'SourceMissing' };
    await assert.rejects(listed(store, 'missing'), isMissing);
    await assert.rejects(listed(rootless), isMissing);
    await assert.rejects(listed(rootless, '', false), isMissing);
  });

  sentence('tells by a bookmark what has changed since, if it keeps bookmarks', async ({ store, seed, unseed }) => {
    await seed('gone.txt', Buffer.from('1'));
    const bookmark = await store.bookmark(never);
    await seed('new.txt', Buffer.from('1'));
    await unseed('gone.txt');
    const changes: string[] = [];
    for await (const page of store.changes(bookmark ?? 'none', never)) {
      if (page.kind === 'restart') changes.push('restart');
      else changes.push(...page.entries.map(({ kind, key }) => `${kind} ${key}`));
    }
    const expected = bookmark === undefined ? ['restart'] : ['deleted gone.txt', 'file new.txt'];
    assert.deepEqual(changes.toSorted(), expected);
  });

  sentence('identifies its root before and after it exists', async ({ store, rootless }) => {
    const { root } = await store.identify(never);
    assert.equal(root.exists, true);
    assert.ok(root.path.startsWith('/'));
    assert.ok(root.lineage.length > 0);
    const missing = await rootless.identify(never);
    assert.equal(missing.root.exists, false);
    assert.deepEqual(missing.root.lineage, []);
    assert.notEqual(missing.root.path, root.path);
  });

  sentence('says nothing or true things about its space', async ({ store }) => {
    const space = await store.space(never);
    if (space) assert.ok(space.used >= 0 && space.used <= space.allocated && space.allocated > 0);
  });

  sentence('has a clock that agrees with ours', async ({ store, clock }) => {
    const difference = (await store.now(never)).getTime() - clock.now().getTime();
    assert.ok(Math.abs(difference) < 60_000, `${difference} ms`);
  });
}
