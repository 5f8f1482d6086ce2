import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { RunReport } from '../../src/api/report.ts';
import { Failure } from '../../src/host/errors.ts';
import type { Source } from '../../src/store/store.ts';
import type { Spec } from '../cli/policy-file.ts';
import { type Desk, openDesk } from '../whole/in-process.ts';
import { memberOf, sha256, unzippedBytes } from './truth.ts';

const LETTERS = ['letter1.txt', 'letter2.txt', 'letter3.txt'];

/** Of one size, and as a copy keeps it of one time: nothing but its bytes tells one from the other. */
function furnish({ source }: Desk, folders: readonly string[]): void {
  for (const folder of folders)
    for (const name of LETTERS) {
      mkdirSync(join(source, folder), { recursive: true });
      writeFileSync(join(source, folder, name), `${folder} ${name}`);
    }
}

/** A night in which this happens right before the first file below a folder is read; the files before it were read by then. */
async function nightWith(
  desk: Desk,
  before: string,
  happen: (inSource: (path: string) => string) => void,
  { change = {}, wrap = (source) => source }: { change?: Spec; wrap?: (source: Source) => Source } = {},
): Promise<RunReport> {
  let isOver = false;
  const one = { transfer: { maxConcurrentDownloads: 1 }, ...change };
  return await desk.backUp(one, (source) => ({
    ...wrap(source),
    load(file, signal) {
      if (!isOver && file.path.startsWith(before)) {
        isOver = true;
        happen((path) => {
          mkdirSync(dirname(join(desk.source, path)), { recursive: true });
          return join(desk.source, path);
        });
      }
      return source.load(file, signal);
    },
  }));
}

const zipOf = ({ backup }: RunReport): Buffer => readFileSync(backup?.path ?? '');

const sumsOf = (...contents: string[]): string[] => contents.map((text) => sha256(Buffer.from(text))).toSorted();

/** What the archive holds, and what it says that it does not. */
function accountOf(report: RunReport): { contents: string[]; skipped: string[] } {
  const lines = memberOf(zipOf(report), 'files.jsonl').trim().split('\n');
  return {
    contents: [...unzippedBytes(zipOf(report)).values()].toSorted(),
    skipped: lines.flatMap((line) => {
      const { path, skipped } = JSON.parse(line);
      return skipped ? [`${path} ${skipped}`] : [];
    }),
  };
}

for (const above of ['', 'K/', 'K/L/']) {
  test(`files whose folder (${above}B) is renamed, while another one gets its name, are named as missing`, async () => {
    using desk = openDesk();
    furnish(desk, [`${above}A`, `${above}B`]);
    const report = await nightWith(desk, `${above}B/`, (at) => {
      renameSync(at(`${above}B`), at(`${above}C`));
      renameSync(at(`${above}A`), at(`${above}B`));
    });
    assert.deepEqual([report.exitCode, report.reason, report.skippedFiles], [3, 'FilesMissing', 3], report.message);
    assert.deepEqual(
      accountOf(report).skipped.toSorted(),
      LETTERS.map((name) => `${above}C/${name} moved_during_run`),
    );
  });
}

test('files whose folder is renamed, while a copy of a template gets its name, are named as missing', async () => {
  using desk = openDesk();
  furnish(desk, ['A', 'B']);
  const report = await nightWith(desk, 'B/', (at) => {
    renameSync(at('B'), at('C'));
    for (const name of LETTERS) writeFileSync(at(`B/${name}`), 'a template');
  });
  assert.deepEqual([report.exitCode, report.skippedFiles], [3, 3], report.message);
});

test('a file that changes names with one that was read before is named as missing', async () => {
  using desk = openDesk();
  furnish(desk, ['A']);
  const report = await nightWith(desk, 'A/letter2', (at) => {
    renameSync(at('A/letter1.txt'), at('A/x'));
    renameSync(at('A/letter2.txt'), at('A/letter1.txt'));
    renameSync(at('A/x'), at('A/letter2.txt'));
  });
  assert.deepEqual([report.exitCode, report.skippedFiles], [3, 1], report.message);
  assert.deepEqual(accountOf(report).skipped, ['A/letter1.txt moved_during_run']);
});

test('two files that change names before either was read are both in the backup', async () => {
  using desk = openDesk();
  furnish(desk, ['A']);
  const report = await nightWith(desk, 'A/', (at) => {
    renameSync(at('A/letter1.txt'), at('A/x'));
    renameSync(at('A/letter2.txt'), at('A/letter1.txt'));
    renameSync(at('A/x'), at('A/letter2.txt'));
  });
  assert.deepEqual([report.exitCode, report.reason], [0, 'Verified'], report.message);
  assert.deepEqual(accountOf(report).contents, sumsOf(...LETTERS.map((name) => `A ${name}`)));
});

for (const place of ['A/old/letter2.txt', 'letter2.txt', 'C/letter2.txt']) {
  test(`a file that is moved to ${place}, while a new one gets its name, is named as missing`, async () => {
    using desk = openDesk();
    furnish(desk, ['A', 'B']);
    const report = await nightWith(desk, 'B/letter2', (at) => {
      renameSync(at('B/letter2.txt'), at(place));
      writeFileSync(at('B/letter2.txt'), 'another one');
    });
    assert.deepEqual([report.exitCode, report.failingPaths], [3, [place]], report.message);
    assert.deepEqual(accountOf(report).skipped, [`${place} moved_during_run`]);
    assert.ok(accountOf(report).contents.includes(sha256(Buffer.from('another one'))));
  });
}

test('a file that is moved to where the policy excludes it costs no night that takes the new one', async () => {
  using desk = openDesk();
  furnish(desk, ['A']);
  const change = { source: { directory: { path: desk.source }, exclude: ['**/.old/**', '**/*.bak'] } };
  const report = await nightWith(
    desk,
    'A/letter2',
    (at) => {
      renameSync(at('A/letter2.txt'), at('A/.old/letter2.txt'));
      renameSync(at('A/letter3.txt'), at('A/letter3.bak'));
      for (const name of ['letter2.txt', 'letter3.txt']) writeFileSync(at(`A/${name}`), 'another one');
    },
    { change },
  );
  assert.deepEqual([report.exitCode, report.reason], [0, 'Verified'], report.message);
});

test('a file that is replaced as editors save is taken as it is now', async () => {
  using desk = openDesk();
  furnish(desk, ['A']);
  const report = await nightWith(desk, 'A/letter2', (at) => {
    for (const name of ['letter2.txt', 'letter3.txt']) {
      writeFileSync(at(`A/.${name}`), `saved ${name}`);
      renameSync(at(`A/.${name}`), at(`A/${name}`));
    }
  });
  assert.deepEqual([report.exitCode, report.reason], [0, 'Verified'], report.message);
  assert.deepEqual(accountOf(report).contents, sumsOf('A letter1.txt', 'saved letter2.txt', 'saved letter3.txt'));
});

test('a file that is replaced under one of its two names is in the backup under the other', async () => {
  using desk = openDesk();
  furnish(desk, ['A', 'B']);
  linkSync(join(desk.source, 'B', 'letter2.txt'), join(desk.source, 'A', 'the same.txt'));
  const report = await nightWith(desk, 'B/letter2', (at) => {
    writeFileSync(at('B/new'), 'another one');
    renameSync(at('B/new'), at('B/letter2.txt'));
  });
  assert.deepEqual([report.exitCode, report.reason], [0, 'Verified'], report.message);
});

test('a file that was replaced is named as missing where nobody can look for it any more', async () => {
  using desk = openDesk();
  furnish(desk, ['A']);
  let isAway = false;
  const wrap = (source: Source): Source => ({
    ...source,
    list(folder, options, signal) {
      if (isAway) throw new Failure('DirectoryFailed', 'the volume is gone');
      return source.list(folder, options, signal);
    },
  });
  const report = await nightWith(
    desk,
    'A/letter2',
    (at) => {
      isAway = true;
      writeFileSync(at('A/new'), 'another one');
      renameSync(at('A/new'), at('A/letter2.txt'));
    },
    { wrap },
  );
  assert.deepEqual([report.exitCode, report.failingPaths], [3, ['A/letter2.txt']], report.message);
});
