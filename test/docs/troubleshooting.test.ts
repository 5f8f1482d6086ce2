import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import { CONTROLLER } from '../../src/api/failure-codes/controller.ts';
import { RUN_LOG } from '../../src/api/failure-codes/run-log.ts';
import { SKIP_REASONS } from '../../src/api/failure-codes/skip-reasons.ts';
import { WARNINGS } from '../../src/api/failure-codes/warnings.ts';
import { failuresOf } from '../../src/api/failure-codes.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/troubleshooting.md');
const exits = Object.keys(EXIT_CODES) as ExitReason[];
const tables = [...exits.map(failuresOf), RUN_LOG, CONTROLLER, SKIP_REASONS, WARNINGS];

test('a failure has one exit code', () => {
  const codes = [...exits.map(failuresOf), RUN_LOG, CONTROLLER].flatMap((table) => Object.keys(table));
  assert.deepEqual(
    codes.filter((code, i) => codes.indexOf(code) !== i),
    [],
  );
  assert.ok(codes.length > 80, `${codes.length} codes`);
});

test('every code word says what happened and what to do, in whole sentences that fit into a row', () => {
  for (const [code, { means, remedy }] of tables.flatMap((table) => Object.entries(table))) {
    assert.match(remedy, /[.?)]$/, code);
    assert.ok(means.length > 8 && remedy.length > 5, code);
    assert.doesNotMatch(means + remedy, /[\n|]/, code);
    assert.ok(page.includes(`| \`${code}\` | ${means} | ${remedy} |`), code);
  }
});

test('no code word is left that no source uses', () => {
  const sources = globSync('{src,cmd}/**/*.ts', { cwd: root })
    .filter((path) => !path.startsWith('src/api/failure-codes'))
    .map((path) => read(path))
    .join('\n');
  const words = tables.flatMap((table) => Object.keys(table));
  assert.deepEqual(
    words.filter((word) => !new RegExp(`\\b${word}\\b`).test(sources)),
    [],
  );
});

test('what the page quotes of a held retention is said by the sources', () => {
  const said = ['src/repository/retention/prune.ts', 'src/repository/retention/clock-doubt.ts', 'src/backup/retain.ts']
    .map(read)
    .join('');
  const [, section = ''] = page.split('## When nothing is deleted');
  const quoted = [...section.matchAll(/^\| (?!It says|---)(.+?) \|/gm)].flatMap(([, cell = '']) => cell.split(/ ?… ?/));
  assert.ok(quoted.length >= 5);
  for (const part of quoted) assert.ok(said.includes(part), part);
});
