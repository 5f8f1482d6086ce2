import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact, registerSecret } from '../../src/host/secrets.ts';

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
