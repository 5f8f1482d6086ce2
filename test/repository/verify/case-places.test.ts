import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { caseContents } from '../../../src/repository/case-entries.ts';
import type { Manifest, ManifestCase } from '../../../src/repository/manifest.ts';
import type { BackupFile } from '../../../src/repository/open-backup.ts';
import { compareEntries } from '../../../src/repository/verify/compare-entries.ts';
import { checkArchive } from '../../../src/zip/read/check-archive.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { failureOf } from '../../support/failure-of.ts';
import { collect, options } from '../../zip/fixture.ts';
import { file, madeBackup } from '../made-backup.ts';

const inputs = [
  file('CASES/a/1.txt', 'one'),
  file('CASES/a/2.txt', 'two'),
  file('CASES/beside.txt', 'loose'),
  file('CASES/b/'),
  file('CASES/d/4.txt', 'four'),
];
const making = { withoutEntries: ['c'] };

async function* unhashed(backup: BackupFile) {
  for await (const entry of readDirectory(backup.zip)) yield { entry, digest: undefined };
}
const hasher = () => {
  const hash = createHash('sha256');
  return { update: (chunk: Buffer) => hash.update(chunk), digest: () => hash.digest('hex') };
};

/** What the two levels do with a backup, and what one does who reads all of its cases. */
const READERS: Readonly<Record<string, (backup: BackupFile) => Promise<void>>> = {
  'a Standard verification': (backup) => compareEntries(backup, unhashed(backup), () => undefined),
  'a Full verification': (backup) => {
    const { gaps } = backup.manifest;
    return compareEntries(backup, checkArchive(backup.zip, { gaps, hasher, signal: options.signal }), () => undefined);
  },
  'a reader of the cases': async (backup) => {
    for (const one of backup.manifest.cases) {
      for await (const { content } of caseContents(backup, one)) await collect(content);
    }
  },
};

type Place = ManifestCase['at'];

/** Another place, or another of its facts, of the case with that index. */
const of =
  (index: number, change: (one: ManifestCase) => Partial<ManifestCase>) =>
  ({ cases }: Manifest): void =>
    void Object.assign(cases[index] ?? assert.fail(), change(cases[index] ?? assert.fail()));
const at = (index: number, change: (place: Place) => Partial<Place>) =>
  of(index, ({ at: place }) => ({ at: { ...place, ...change(place) } }));

const LIES: Readonly<Record<string, (manifest: Manifest) => unknown>> = {
  'an offset that is one too low': at(0, ({ offset }) => ({ offset: offset - 1 })),
  'an offset that is one too high': at(0, ({ offset }) => ({ offset: offset + 1 })),
  'a stretch that is one byte short': at(0, ({ bytes }) => ({ bytes: bytes - 1 })),
  'a stretch that takes in the next file': at(0, ({ bytes }) => ({ bytes: bytes + 52 })),
  'a stretch without end': at(3, () => ({ bytes: Number.MAX_SAFE_INTEGER - 1e6 })),
  'a directory offset that is one too low': at(0, (place) => ({ directory_offset: place.directory_offset - 1 })),
  'a directory offset behind the directory': at(0, () => ({ directory_offset: 2 ** 50 })),
  'records that are one byte short': at(0, (place) => ({ directory_bytes: place.directory_bytes - 1 })),
  'records that take in the next file': at(0, (place) => ({ directory_bytes: place.directory_bytes + 70 })),
  'records without end': at(3, () => ({ directory_bytes: 2 ** 50 })),
  'no records where there are some': at(1, () => ({ directory_bytes: 0 })),
  'one entry more': at(0, ({ entries }) => ({ entries: entries + 1 })),
  'no entries where there is one': at(1, () => ({ entries: 0 })),
  'a place of a case without entries': at(2, () => ({ offset: 1 })),
  'one file more': of(0, ({ files }) => ({ files: files + 1 })),
  'other bytes': of(0, ({ bytes }) => ({ bytes: bytes - 1 })),
  'another folder': of(0, () => ({ folder: 'CASES/x' })),
  "another case's place": ({ cases }) => {
    const [first, , , last] = cases;
    if (first && last) [first.at, last.at] = [last.at, first.at];
  },
};

test('what the manifest says of places is what both levels and a reader find', async (t) => {
  const backup = await (await madeBackup(t, inputs, making)).open();
  for (const [who, read] of Object.entries(READERS)) assert.equal(await failureOf(read(backup)), undefined, who);
});

for (const [lie, change] of Object.entries(LIES)) {
  test(`a manifest that says ${lie} is a mismatch for both levels and for a reader`, async (t) => {
    const backup = await (await madeBackup(t, inputs, { ...making, change })).open();
    for (const [who, read] of Object.entries(READERS)) {
      const failure = await failureOf(read(backup));
      assert.match(
        failure?.code ?? 'nothing',
        who.endsWith('cases') ? /^(ArchiveDiffers|CorruptArchive)$/ : /^ArchiveDiffers$/,
        who,
      );
      assert.equal(failure?.exitCode, 4);
    }
  });
}

test('a case that comes in two stretches, or one that the manifest does not have, differs for both levels', async (t) => {
  const torn = [file('CASES/a/1.txt'), file('CASES/b/2.txt'), file('CASES/a/3.txt')];
  const forgotten = { change: ({ cases }: Manifest) => cases.pop() };
  for (const made of [await madeBackup(t, torn), await madeBackup(t, inputs, forgotten)]) {
    const backup = await made.open();
    for (const level of ['a Standard verification', 'a Full verification']) {
      assert.equal((await failureOf(READERS[level]?.(backup) ?? assert.fail()))?.code, 'ArchiveDiffers');
    }
  }
});
