import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../src/store/dropbox/api/client.ts';
import { download, load } from '../../src/store/dropbox/download.ts';
import { createWitness } from '../../src/store/dropbox/witness.ts';
import { hashingAside } from '../../src/store/hash-aside.ts';
import { digestOf, drained, fileAt, MIB, never, pattern } from './conformance/fixture.ts';
import { countedRoom } from './counted-room.ts';
import { type Fixture, openFixture } from './dropbox-fixture.ts';
import { assertWhole, downloads, putLarge } from './large-file.ts';

/** A reader whose thread for hashing dies with the first content that it is given. */
function luckless({ account }: Fixture) {
  const client = createClient(account, 'Root');
  const hashing = hashingAside(new URL('dying-thread.mjs', import.meta.url));
  return { client, witness: createWitness(client), hashing };
}

test('a small file that is lost with the thread that hashes it is read again', { timeout: 20_000 }, async () => {
  await using fixture = await openFixture();
  const bytes = pattern(MIB);
  fixture.emulator.tree.put('/CASES/a.bin', bytes);
  const file = await fileAt(fixture.at('/CASES'), 'a.bin');
  const loaded = await load(luckless(fixture), file, never);
  assert.ok(loaded.bytes.equals(bytes));
  assert.deepEqual(loaded.digest, digestOf(bytes));
  assert.equal(downloads(fixture.emulator), 2);
});

test('a large file that is lost so is to be read again from its start', { timeout: 20_000 }, async () => {
  await using fixture = await openFixture();
  const large = await putLarge(fixture);
  const reader = luckless(fixture);
  const room = countedRoom(64 * MIB);
  await assert.rejects(drained(download(reader, large.file, never, room)), {
    code: 'TransferMismatch',
    message: /lost while it was hashed/,
  });
  assert.equal(room.held, 0);
  assertWhole(large, await drained(download(reader, large.file, never, room)));
  assert.equal(room.held, 0);
});
