import assert from 'node:assert/strict';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, describe, it, mock } from 'node:test';
import { never } from './conformance/fixture.ts';
import { directoryFixture } from './directory-fixture.ts';

/** What the system says of the volume: blocks, those free, and the bytes of one. */
function volumeOf(blocks: number, bavail: number, bsize: number): void {
  mock.method(promises, 'statfs', () => Promise.resolve({ blocks, bavail, bsize }));
  syncBuiltinESMExports();
}

describe('The space of a folder', () => {
  afterEach(() => {
    mock.restoreAll();
    syncBuiltinESMExports();
  });
  const space = async () => {
    await using fixture = await directoryFixture();
    return await fixture.store.space(never);
  };

  it('is that of its volume, and what is reserved counts as used', async () => {
    volumeOf(1000, 400, 4096);
    assert.deepEqual(await space(), { used: 600 * 4096, allocated: 1000 * 4096 });
  });

  it('is unknown of a volume that says 0 blocks', async () => {
    volumeOf(0, 0, 4096);
    assert.equal(await space(), undefined);
  });

  it('has no limit on a volume of 8 EiB, as EFS says', async () => {
    volumeOf(8_796_093_022_207, 8_796_093_022_000, 1024 ** 2);
    assert.equal(await space(), undefined);
  });
});
