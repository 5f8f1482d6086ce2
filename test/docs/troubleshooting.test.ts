import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import { SKIP_REASONS } from '../../src/store/store.ts';
import { readSourceCodes } from './source-codes.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/troubleshooting.md');
const codes = readSourceCodes();

/** First cell of every table row below a heading. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, word = '']) => word),
    ]),
);

const inOrder = (words: Iterable<string>): string[] => [...words].sort();
const below = (heading: string): string[] => sections.get(heading) ?? assert.fail(`there is no "## ${heading}"`);

const sectionsOfExits = [...sections].filter(([heading]) => /^\d+ \w+$/.test(heading));

test('every failure of the sources stands under its exit code, and no other does', () => {
  const described = sectionsOfExits.flatMap(([heading, words]) => {
    const reason = heading.split(' ')[1] ?? '';
    return reason === 'incomplete' ? [] : words.map((word) => `${reason}/${word}`);
  });
  assert.deepEqual(inOrder(described), inOrder(codes.failures));
});

test('the headings are the exit codes', () => {
  const headings = sectionsOfExits.map(([heading]) => heading);
  const reasons = Object.keys(EXIT_CODES) as ExitReason[];
  assert.deepEqual(
    headings,
    reasons.filter((reason) => reason !== 'succeeded').map((reason) => `${EXIT_CODES[reason]} ${reason}`),
  );
});

test('every reason to leave a file out is explained, and no other is', () => {
  assert.deepEqual(inOrder(below('3 incomplete')), inOrder(SKIP_REASONS));
});

test('every warning of the sources is explained, and no other is', () => {
  assert.deepEqual(inOrder(below('Warnings')), inOrder(codes.warnings));
});

test('every failure of the run log is explained apart, and no other is', () => {
  assert.deepEqual(inOrder(below('The run log')), inOrder(codes.journal));
});

test('what the page quotes of a held retention is said by the sources', () => {
  const said = ['prune', 'retain'].map((name) => read(`src/backup/${name}.ts`)).join('');
  const [, section = ''] = page.split('## When nothing is deleted');
  const quoted = [...section.matchAll(/^\| (?!It says|---)(.+?) \|/gm)].flatMap(([, cell = '']) => cell.split(/ ?… ?/));
  assert.ok(quoted.length >= 6);
  for (const part of quoted) assert.ok(said.includes(part), part);
});

test('the sources name their codes where this test looks for them', () => {
  assert.deepEqual(codes.indirect, [
    'src/backup/verify.ts',
    'src/journal/faults.ts',
    'src/store/dropbox/credential-refusals.ts',
    'src/store/dropbox/refusals.ts',
  ]);
  assert.ok(codes.failures.size > 60 && codes.journal.size > 10 && codes.warnings.size > 10);
});
