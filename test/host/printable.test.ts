import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure, messageOf } from '../../src/host/errors.ts';
import { createLog } from '../../src/host/log.ts';
import { printable, printableJson } from '../../src/host/printable.ts';
import { UNSEEN_TEXTS } from './unseen-texts.ts';

const RAW = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/u;

for (const [what, text] of Object.entries(UNSEEN_TEXTS)) {
  test(`${what} is shown escaped in text, failures, log lines and JSON`, () => {
    const lines: string[] = [];
    createLog('info', (line) => lines.push(line)).info({ [text]: text }, text);
    const failure = new Failure('Unexpected', `it says ${text}`, { hint: `look at ${text}` });
    for (const shown of [
      printable(text),
      printableJson({ text }),
      failure.message,
      failure.hint,
      messageOf(new Error(text)),
      ...lines,
    ])
      assert.doesNotMatch(shown ?? '', RAW);
    assert.deepEqual(JSON.parse(printableJson({ text })), { text });
    assert.equal(JSON.parse(lines[0] ?? '').msg, text);
    assert.equal(printable('Śmith & Söhne, 案件 😀 «§»'), 'Śmith & Söhne, 案件 😀 «§»');
  });
}

test('a message of several lines is one', () => {
  assert.equal(new Failure('Unexpected', 'one\n  two\r\nthree').message, 'one two three');
});
