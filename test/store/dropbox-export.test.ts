import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileEntry, Unavailable } from '../../src/store/store.ts';
import { memoryContent } from '../dropbox/contents.ts';
import type { FileFlags } from '../dropbox/nodes.ts';
import { fileAt, never } from './conformance/fixture.ts';
import { contentOf, type Fixture, openFixture } from './dropbox-fixture.ts';

async function paperIn(fixture: Fixture): Promise<FileEntry> {
  const exported = memoryContent(Buffer.from('<p>some notes</p>'));
  const flags: FileFlags = { downloadable: false, exportFormats: ['markdown', 'html'], exported };
  fixture.emulator.tree.put('/CASES/Notes.paper', 'some notes', { flags });
  return fileAt(fixture.at('/CASES'), 'Notes.paper');
}

const isSkippedAs = (reason: string) => (error: unknown) => error instanceof Unavailable && error.reason === reason;

test('an online document is exported, and load and stream give the same', async () => {
  await using fixture = await openFixture();
  const paper = await paperIn(fixture);
  assert.equal(paper.exportedAs, '.html');
  const { bytes, digest } = await fixture.at('/CASES').load(paper, never);
  assert.equal(bytes.toString(), '<p>some notes</p>');
  assert.equal(digest.size, bytes.length);
  assert.deepEqual(await contentOf(fixture.at('/CASES'), paper), bytes);
});

test('an export that is not ready yet is asked for again', async () => {
  await using fixture = await openFixture();
  const paper = await paperIn(fixture);
  fixture.emulator.faults.add({ route: 'files/export', times: 4, effect: { kind: 'refusal', error: 'retry_error' } });
  assert.ok((await fixture.at('/CASES').load(paper, never)).bytes.length > 0);
});

test('an export that never becomes ready is skipped', async () => {
  await using fixture = await openFixture();
  const paper = await paperIn(fixture);
  fixture.emulator.faults.add({ route: 'files/export', times: 99, effect: { kind: 'refusal', error: 'retry_error' } });
  await assert.rejects(fixture.at('/CASES').load(paper, never), isSkippedAs('export_failed'));
  assert.equal(fixture.emulator.stats().routes['files/export']?.requests, 5);
});

test('an export that breaks off or arrives wrong is repeated', async () => {
  await using fixture = await openFixture();
  const paper = await paperIn(fixture);
  const whole = (await fixture.at('/CASES').load(paper, never)).bytes;
  fixture.emulator.faults.add({ route: 'files/export', effect: { kind: 'truncate', bytes: 2, framing: 'chunked' } });
  fixture.emulator.faults.add({ route: 'files/export', nth: 2, effect: { kind: 'flip', at: 1 } });
  assert.deepEqual((await fixture.at('/CASES').load(paper, never)).bytes, whole);
});

test('an online document that changed or went away after the listing is skipped', async () => {
  await using fixture = await openFixture();
  const paper = await paperIn(fixture);
  await paperIn(fixture);
  await assert.rejects(fixture.at('/CASES').load(paper, never), isSkippedAs('changed_during_run'));
  fixture.emulator.tree.remove('/CASES/Notes.paper');
  await assert.rejects(fixture.at('/CASES').load(paper, never), isSkippedAs('deleted_during_run'));
});
