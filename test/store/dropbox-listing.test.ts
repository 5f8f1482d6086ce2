import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import type { Client } from '../../src/store/dropbox/api/client.ts';
import { createListing } from '../../src/store/dropbox/listing.ts';
import { pathsBelow } from '../../src/store/dropbox/paths.ts';
import type { Entry, Page, Store } from '../../src/store/store.ts';
import { never } from './conformance/fixture.ts';
import { all, openFixture } from './dropbox-fixture.ts';

/** Applies pages as the contract asks: in order, later over earlier, forgetting everything at a restart. */
async function listed(pages: AsyncIterable<Page>): Promise<Map<string, Entry>> {
  const tree = new Map<string, Entry>();
  for await (const page of pages) {
    if (page.kind === 'restart') tree.clear();
    else for (const entry of page.entries) tree.set(entry.key, entry);
  }
  return tree;
}

const keysOf = async (store: Store, folder = '', recursive = true): Promise<string[]> =>
  [...(await listed(store.list(folder, { recursive }, never))).keys()].sort();

const failsWith = (exit: string, code: string) => (error: unknown) =>
  error instanceof Failure && error.exit === exit && error.code === code;

test('a page without entries that promises more does not end the listing', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/A/one.txt', '1');
  fixture.emulator.tree.put('/CASES/B/two.txt', '2');
  fixture.emulator.faults.add({ route: 'files/list_folder', effect: { kind: 'emptyPage' } });
  fixture.emulator.faults.add({ route: 'files/list_folder/continue', times: 3, effect: { kind: 'emptyPage' } });
  assert.deepEqual(await keysOf(fixture.at('/CASES')), ['a', 'a/one.txt', 'b', 'b/two.txt']);
});

test('a link that a desktop client has synced is no file to be read', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/A/link', '', { flags: { symlinkTarget: '/etc/passwd' } });
  const entry = (await listed(fixture.at('/CASES').list('A', { recursive: true }, never))).get('a/link');
  assert.deepEqual(entry, { kind: 'unusable', path: 'A/link', key: 'a/link', reason: 'symbolic_link' });
});

test('a reset in the middle of a listing starts it anew and loses nothing', async () => {
  await using fixture = await openFixture();
  for (let n = 0; n < 9; n++) fixture.emulator.tree.put(`/CASES/A/${n}.txt`, 'x');
  fixture.emulator.faults.add({ route: 'files/list_folder', times: 9, effect: { kind: 'pageLimit', entries: 4 } });
  fixture.emulator.faults.add({ route: 'files/list_folder/continue', effect: { kind: 'refusal', error: 'reset' } });
  const kinds: string[] = [];
  const seen: string[] = [];
  for await (const page of fixture.at('/CASES').list('', { recursive: true }, never)) {
    kinds.push(page.kind);
    if (page.kind === 'restart') seen.length = 0;
    else seen.push(...page.entries.map((entry) => entry.key));
  }
  assert.ok(kinds.includes('restart'));
  assert.equal(seen.length, 10);
});

test('a listing that is reset again and again fails and never ends short', async () => {
  await using fixture = await openFixture();
  for (let n = 0; n < 9; n++) fixture.emulator.tree.put(`/CASES/A/${n}.txt`, 'x');
  fixture.emulator.faults.add({ route: 'files/list_folder', times: 99, effect: { kind: 'pageLimit', entries: 4 } });
  fixture.emulator.faults.add({
    route: 'files/list_folder/continue',
    times: 99,
    effect: { kind: 'refusal', error: 'reset' },
  });
  await assert.rejects(keysOf(fixture.at('/CASES')), failsWith('failed', 'ListingUnstable'));
  assert.equal(fixture.emulator.stats().routes['files/list_folder']?.requests, 6);
});

test('a listing that promises more for ever without an entry fails', async () => {
  // Straight at the listing: ten thousand pages over HTTP would take seconds.
  const client = { read: async () => ({ entries: [], cursor: 'AAendless', has_more: true }) } as unknown as Client;
  const listing = createListing(client, pathsBelow('/CASES'));
  const pages = all(listing.list('', { recursive: true }, never));
  await assert.rejects(pages, failsWith('failed', 'ListingWithoutEnd'));
});

test('entries that come twice are passed on in order, so that the later one counts', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/A/one.txt', '1');
  fixture.emulator.faults.add({ route: 'files/list_folder', effect: { kind: 'duplicates' } });
  assert.deepEqual(await keysOf(fixture.at('/CASES')), ['a', 'a/one.txt']);
});

test('a missing root is an error and never an empty listing', async () => {
  await using fixture = await openFixture();
  await assert.rejects(keysOf(fixture.at('/CASES')), failsWith('refused', 'SourceMissing'));
  fixture.emulator.tree.put('/CASES', 'a file');
  await assert.rejects(keysOf(fixture.at('/CASES')), failsWith('refused', 'SourceMissing'));
});

test('keys and paths are relative to the root however its case is written', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/Office/Cases/USA001_John_Smith/Brief Ä.pdf', 'x');
  const tree = await listed(fixture.at('/OFFICE/cases').list('', { recursive: true }, never));
  const file = tree.get('usa001_john_smith/brief ä.pdf');
  assert.deepEqual(file?.kind === 'file' && [file.path, file.name], ['USA001_John_Smith/Brief Ä.pdf', 'Brief Ä.pdf']);
});

test('a flat listing of a subfolder has its children only, with keys from the root', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/A/deep/er.txt', 'x');
  fixture.emulator.tree.put('/CASES/A/one.txt', 'x');
  assert.deepEqual(await keysOf(fixture.at('/CASES'), 'A', false), ['a/deep', 'a/one.txt']);
  assert.deepEqual(await keysOf(fixture.at('/CASES'), 'A', true), ['a/deep', 'a/deep/er.txt', 'a/one.txt']);
});

test('changes since a bookmark name what was added, changed and deleted', async () => {
  await using fixture = await openFixture();
  const { tree } = fixture.emulator;
  const store = fixture.at('/CASES');
  tree.put('/CASES/A/one.txt', '1');
  tree.put('/CASES/A/two.txt', '2');
  const bookmark = await store.bookmark(never);
  assert.ok(bookmark);
  assert.deepEqual([...(await listed(store.changes(bookmark, never))).keys()], []);
  tree.put('/CASES/A/one.txt', 'new');
  tree.remove('/CASES/A/two.txt');
  tree.put('/elsewhere/three.txt', '3');
  const changes = await listed(store.changes(bookmark, never));
  assert.deepEqual([...changes].map(([key, entry]) => [key, entry.kind]).sort(), [
    ['a/one.txt', 'file'],
    ['a/two.txt', 'deleted'],
  ]);
});

test('an expired bookmark is answered with a restart', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.put('/CASES/A/one.txt', '1');
  const store = fixture.at('/CASES');
  const bookmark = await store.bookmark(never);
  fixture.emulator.tree.resetCursors();
  assert.deepEqual(await all(store.changes(bookmark ?? '', never)), [{ kind: 'restart' }]);
});
