import assert from 'node:assert/strict';
import { link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { groundOf } from '../../src/store/directory/ground.ts';
import { placeOf } from '../../src/store/directory/inside.ts';
import { listFolder } from '../../src/store/directory/listing/list-folder.ts';
import { modesOf } from '../../src/store/directory/modes.ts';
import { entryAt, loadFile, readFileRange, streamFile } from '../../src/store/directory/read.ts';
import type { Volume } from '../../src/store/directory/volume.ts';
import { type FileEntry, Unavailable } from '../../src/store/store.ts';
import { applied, drained, never } from './conformance/fixture.ts';
import { type DirectoryFixture, directoryFixture } from './directory-fixture.ts';

/** The two ways in which a system tells what was opened. */
const WAYS: readonly [string, Volume['placeOf']][] = [
  ['where the system tells the path of what is open', placeOf],
  ['where it does not, as on macOS', () => undefined],
];

for (const [way, place] of WAYS) {
  const volumeOf = ({ root, clock }: DirectoryFixture): Volume => ({
    root,
    ground: groundOf(root),
    placeOf: place,
    clock,
    ownFolders: [],
    modes: modesOf(false),
    requireMount: false,
    throttle: undefined,
    waits: undefined,
  });

  const isChanged = (error: unknown): boolean => error instanceof Unavailable && error.reason === 'changed_during_run';

  async function assertNotReached(volume: Volume, file: FileEntry): Promise<void> {
    await assert.rejects(loadFile(volume, file, never), isChanged);
    await assert.rejects(drained(streamFile(volume, file, never)), isChanged);
    await assert.rejects(readFileRange(volume, file, { offset: 0, length: 1 }, never), isChanged);
    await assert.rejects(entryAt(volume, file.path), isChanged);
  }

  describe(`A folder that is swapped for a link, ${way},`, () => {
    it('leads to no file outside, though it is the very file that was listed', async () => {
      await using fixture = await directoryFixture();
      const { root, seed } = fixture;
      const volume = volumeOf(fixture);
      await seed('case/a/b/file.txt', Buffer.from('1'));
      const file = await entryAt(volume, 'case/a/b/file.txt');
      assert.ok(file?.kind === 'file');
      assert.equal((await loadFile(volume, file, never)).bytes.toString(), '1');
      for (const folder of ['case/a/b', 'case/a', 'case']) {
        const outside = join(root, '../outside');
        await rename(join(root, folder), outside);
        await symlink(outside, join(root, folder));
        await assertNotReached(volume, file);
        await rm(join(root, folder));
        await rename(outside, join(root, folder));
      }
      assert.equal((await loadFile(volume, file, never)).bytes.toString(), '1');
    });

    it('is accounted for and not looked into when its turn in the listing comes', async () => {
      await using fixture = await directoryFixture();
      const { root, seed } = fixture;
      const outside = join(root, '../outside');
      await mkdir(outside);
      await writeFile(join(outside, 'id_rsa'), 'a key');
      for (let i = 0; i < 600; i++) await seed(`case/d${i}/file.txt`, Buffer.from('1'));
      let swapped: string[] | undefined;
      async function* pagesWhileTheyAreSwapped() {
        for await (const page of listFolder(volumeOf(fixture), 'case', { recursive: true }, never)) {
          yield page;
          if (swapped) continue;
          const listed = new Set(page.kind === 'entries' ? page.entries.map(({ key }) => key) : []);
          swapped = Array.from({ length: 600 }, (_, i) => `case/d${i}`).filter((folder) => !listed.has(folder));
          for (const folder of swapped) {
            await rename(join(root, folder), join(outside, folder.replace('/', '-')));
            await symlink(outside, join(root, folder));
          }
        }
      }
      const entries = await applied(pagesWhileTheyAreSwapped());
      assert.ok(swapped && swapped.length > 0);
      assert.deepEqual(
        entries.filter(({ key }) => key.endsWith('id_rsa')),
        [],
      );
      assert.deepEqual(
        entries.filter((entry) => entry.kind === 'unusable').map(({ key, reason }) => `${key} ${reason}`),
        swapped.map((folder) => `${folder} changed_during_run`).toSorted(),
      );
    });
  });

  describe(`A root that is reached through a link, ${way},`, () => {
    it('is listed and read', async () => {
      await using fixture = await directoryFixture();
      const { root, seed } = fixture;
      await seed('case/file.txt', Buffer.from('1'));
      await link(join(root, 'case/file.txt'), join(root, 'case/again.txt'));
      await symlink(root, `${root}-link`);
      const volume = { ...volumeOf(fixture), root: `${root}-link`, ground: groundOf(`${root}-link`) };
      const entries = await applied(listFolder(volume, '', { recursive: true }, never));
      assert.deepEqual(
        entries.map(({ key }) => key),
        ['case', 'case/again.txt', 'case/file.txt'],
      );
      for (const entry of entries) {
        if (entry.kind === 'file') assert.equal((await loadFile(volume, entry, never)).bytes.toString(), '1');
      }
    });
  });
}
