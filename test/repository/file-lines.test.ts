import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileLines } from '../../src/repository/file-lines.ts';
import { failureOf } from '../support/failure-of.ts';
import { collect } from '../zip/fixture.ts';
import { file, madeBackup } from './made-backup.ts';

const GOOD = '{"path":"Smith/link","skipped":"symbolic_link"}';

for (const [what, line, says] of [
  [
    'a time that nobody reads',
    '{"archive":"CASES/Smith/a.txt","path":"Smith/a.txt","modified":"+012000"}',
    /a line \(2\) .* of "Smith\/a.txt"$/,
  ],
  ['nothing but a path of 60,000 letters', `{"path":"${'x'.repeat(60_000)}"}`, /a line \(2\) .{1,40} of "x{1,200}…?"$/],
  ['no JSON', '{"path":"Smith', /a line \(2\) that can't be read$/],
] as const) {
  test(`a line of files.jsonl with ${what} is named by its number, and by its path where it has one`, async (t) => {
    const { open } = await madeBackup(t, [file('CASES/Smith/a.txt', 'a')], { list: Buffer.from(`${GOOD}\n${line}\n`) });
    const failure = await failureOf(collect(readFileLines(await open(), () => undefined)));
    assert.deepEqual([failure?.code, failure?.exitCode], ['FilesListInvalid', 4]);
    assert.match(failure?.message ?? '', says);
  });
}
