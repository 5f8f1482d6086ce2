import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FAKE_SECRETS } from './fake-secrets.ts';
import { leakWatch } from './leak-watch.ts';

const secret = 'tell/nobody@all';

test('a secret is found in the middle of an output and named, not repeated', () => {
  const watch = leakWatch({ word: secret });
  watch.see('a.test.ts', `connecting with ${secret} failed`);
  assert.deepEqual(watch.leaks(), ['a.test.ts shows the word']);
});

test('a secret that is cut in two by the pieces of an output is found', () => {
  const watch = leakWatch({ word: secret });
  watch.see('a.test.ts', `x${secret.slice(0, 5)}`);
  watch.see('b.test.ts', secret.slice(5));
  assert.deepEqual(watch.leaks(), [], 'the halves come from two files');
  watch.see('a.test.ts', secret.slice(5));
  assert.deepEqual(watch.leaks(), ['a.test.ts shows the word']);
});

test('a secret is found as it stands in a URL, in a basic authorisation and in JSON', () => {
  for (const form of [encodeURIComponent(secret), Buffer.from(secret).toString('base64'), JSON.stringify('a"b')]) {
    const watch = leakWatch({ word: secret, quoted: 'a"b' });
    watch.see('a.test.ts', `<${form}>`);
    assert.equal(watch.leaks().length, 1, form);
  }
});

test('an output without secrets is no leak', () => {
  const watch = leakWatch(FAKE_SECRETS);
  watch.see('a.test.ts', 'DROPBOX_APP_KEY is set, DATABASE_URL is unset, [redacted]');
  assert.deepEqual(watch.leaks(), []);
});
