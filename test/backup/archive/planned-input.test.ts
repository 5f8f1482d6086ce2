import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plannedInput } from '../../../src/backup/archive/planned-input.ts';
import type { PlannedItem } from '../../../src/backup/listing/walk.ts';
import type { FileEntry, ReadableStore } from '../../../src/store/store.ts';
import { Unavailable } from '../../../src/store/store.ts';

const never = new AbortController().signal;

const documentOf = (id: string, rev: string): FileEntry => ({
  kind: 'file',
  path: 'A/notes.paper',
  key: 'a/notes.paper',
  name: 'notes.paper',
  id,
  rev,
  size: 7,
  modified: new Date(0),
  stored: new Date(0),
  exportedAs: '.docx',
});

const inputOf = (listed: FileEntry, now: FileEntry) => {
  const item: PlannedItem = {
    entry: listed,
    caseName: 'A',
    caseFolder: 'CASES/A',
    archiveName: 'CASES/A/notes.paper.docx',
    path: listed.path,
    isEmptyFolder: false,
  };
  const source: Pick<ReadableStore, 'stat'> = { stat: async () => now };
  return plannedInput(source as ReadableStore, item);
};

test('a document that was written since it was listed is taken as it is now', async () => {
  const input = inputOf(documentOf('id:1', 'rev1'), documentOf('id:1', 'rev2'));
  assert.equal(await input?.refresh(never), true);
  assert.equal(input?.file?.rev, 'rev2');
});

test('another document in the place of the listed one is not taken for it', async () => {
  const input = inputOf(documentOf('id:1', 'rev1'), documentOf('id:2', 'rev2'));
  await assert.rejects(async () => await input?.refresh(never), new Unavailable('changed_during_run'));
});
