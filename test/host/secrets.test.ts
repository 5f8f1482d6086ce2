import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../../src/host/errors.ts';
import { redact, redactStart, registerSecret } from '../../src/host/secrets.ts';

test('what travels in the shape of a secret is taken out, whoever wrote it', () => {
  const token = ['eyJhbGciOiJSUzI1NiJ9', 'eyJzdWIiOiJzeXN0ZW0ifQ', 'c2lnbmF0dXJl'].join('.');
  for (const [said, safe] of [
    ['authorization: Bearer abc.def-ghi', 'authorization: Bearer [redacted]'],
    ['postgres://app:hunter22@db/log is down', 'postgres://[redacted]@db/log is down'],
    ['POST /oauth2/token?refresh_token=abcdef&x=1', 'POST /oauth2/token?refresh_token=[redacted]&x=1'],
    [`the token ${token} has expired`, 'the token [redacted] has expired'],
  ] as const)
    assert.equal(redact(said), safe);
});

test('a registered secret is taken out as it is and as a URL has it', () => {
  registerSecret('s3cr3t/of#mine');
  assert.equal(redact('a s3cr3t/of#mine b s3cr3t%2Fof%23mine c'), 'a [redacted] b [redacted] c');
});

test('a value too short to be one is not, so that a message stays readable', () => {
  registerSecret('abc');
  assert.equal(redact('abc'), 'abc');
});

const ODD = [
  'a+b*c(d)[e]$^|?{1}',
  'with"quote\\back',
  'tab\there',
  'ünïcödé-sécrét',
  'per%cent%20',
  'a&b=c;d /e',
  '$&$1$`x',
  'x'.repeat(4000),
];

for (const secret of ODD)
  test(`the secret ${JSON.stringify(secret.slice(0, 20))} is taken out in every form in which it travels`, () => {
    registerSecret(secret);
    const json = JSON.stringify(secret).slice(1, -1);
    const forms = {
      plain: secret,
      JSON: json,
      'JSON in JSON': JSON.stringify(json).slice(1, -1),
      URL: encodeURIComponent(secret),
      'URL in small letters': encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
      form: new URLSearchParams({ x: secret }).toString().slice(2),
      base64: Buffer.from(secret).toString('base64'),
      'base64 for URLs': Buffer.from(secret).toString('base64url'),
      ...Object.fromEntries(
        ['u:', 'us:', 'use:'].map((user) => [`basic ${user}`, Buffer.from(`${user}${secret}`).toString('base64')]),
      ),
    };
    for (const [form, text] of Object.entries(forms))
      assert.equal(redact(`before ${text} after`), 'before [redacted] after', form);
  });

test('a secret that begins with another, ends with it or overlaps it is taken out whole', () => {
  for (const secret of ['prefix1', 'prefix1-and-the-rest', 'the-rest', 'the-rest-of-more']) registerSecret(secret);
  assert.equal(redact('x prefix1-and-the-rest y'), 'x [redacted] y');
  assert.equal(redact('x prefix1-and-the-rest-of-more y'), 'x [redacted] y');
});

test('of a secret in which a cut falls nothing is shown', () => {
  const secret = 'Zq7XKtokenTOKENtoken99';
  registerSecret(secret);
  for (let before = 270; before <= 300; before++)
    for (const text of [secret, Buffer.from(`user:${secret}`).toString('base64'), `Bearer ${secret.toLowerCase()}`]) {
      const shown = redactStart(`${'e'.repeat(before)} ${text} and more`.repeat(3), 300);
      assert.doesNotMatch(shown, /Zq7|token|dXNl/, shown.slice(-40));
      assert.ok(shown.length < 330);
    }
});

test('a message of megabytes is cut', () => {
  registerSecret('megabyte-secret');
  const shown = messageOf(new Error('megabyte-secret boom '.repeat(100_000)));
  assert.ok(shown.length <= 8200 && shown.startsWith('[redacted] boom [redacted]') && shown.endsWith('…'));
});
