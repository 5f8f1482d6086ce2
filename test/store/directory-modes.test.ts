import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { inChunks, never, pattern } from './conformance/fixture.ts';
import { type DirectoryFixture, directoryFixture } from './directory-fixture.ts';
import { unprivileged } from './unprivileged.ts';

const usual = process.umask();
afterEach(() => process.umask(usual));

/** `mode path` of all that a backup makes, below the root. */
async function modesOfAll({ root }: DirectoryFixture, groupReadable: boolean): Promise<string[]> {
  const store = openDirectoryStore(root, { clock: systemClock, ownFolders: ['.state'], groupReadable });
  const lease = await store.put('.state/lease.json', Buffer.from('1'), 'absent', never);
  await store.put('.state/lease.json', Buffer.from('2'), lease, never);
  await store.makeFolder('.state/runs', never);
  const upload = await store.write('.state/incoming/run.zip', inChunks(pattern(100)), {}, never);
  await store.move(upload, 'backup.zip', never);
  const paths = (await readdir(root, { recursive: true })).toSorted();
  return await Promise.all(
    paths.map(async (path) => `${((await stat(join(root, path))).mode & 0o7777).toString(8)} ${path}`),
  );
}

describe('What a directory store makes', () => {
  for (const umask of [0o000, 0o022, 0o777]) {
    it(`is its owner's alone under a umask of ${umask.toString(8).padStart(3, '0')}`, async () => {
      await using fixture = await directoryFixture();
      await chmod(fixture.root, 0o777);
      await unprivileged(fixture.root, async () => {
        process.umask(umask);
        assert.deepEqual(await modesOfAll(fixture, false), [
          '700 .state',
          '700 .state/incoming',
          '600 .state/lease.json',
          '700 .state/runs',
          '600 backup.zip',
        ]);
      });
    });

    it(`is readable for its group by choice, under a umask of ${umask.toString(8).padStart(3, '0')}`, async () => {
      await using fixture = await directoryFixture();
      await chmod(fixture.root, 0o777);
      await unprivileged(fixture.root, async () => {
        process.umask(umask);
        assert.deepEqual(await modesOfAll(fixture, true), [
          '750 .state',
          '750 .state/incoming',
          '640 .state/lease.json',
          '750 .state/runs',
          '640 backup.zip',
        ]);
      });
    });
  }

  it('keeps the group of a volume that hands it down', async () => {
    await using fixture = await directoryFixture();
    const { root } = fixture;
    await chmod(root, 0o2775);
    const modes = await modesOfAll(fixture, true);
    assert.ok(modes.includes('2750 .state'), modes.join());
    assert.ok(modes.includes('2750 .state/incoming'), modes.join());
  });

  it('leaves a folder that is there with the mode that it has', async () => {
    await using fixture = await directoryFixture();
    const { root } = fixture;
    await mkdir(join(root, '.state'));
    await chmod(join(root, '.state'), 0o755);
    assert.ok((await modesOfAll(fixture, false)).includes('755 .state'));
  });
});
