import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { redact } from '../../src/host/secrets.ts';
import { invalid, parseDatabaseUrl } from '../../src/journal/database-url.ts';

describe('the connection URL', () => {
  it('shows host and port, and nothing else, as the address', () => {
    assert.equal(parseDatabaseUrl('postgresql://job:secret-1@db.example.com/logs').address, 'db.example.com:5432');
    assert.equal(parseDatabaseUrl('postgres://job:secret-1@db.example.com:6543/logs').address, 'db.example.com:6543');
    assert.equal(parseDatabaseUrl('postgres://[::1]:6543/logs').address, '[::1]:6543');
  });

  it('may name the folder of a Unix socket', () => {
    assert.equal(parseDatabaseUrl('postgresql:///logs?host=/run/postgresql').address, '/run/postgresql');
    assert.equal(parseDatabaseUrl('postgresql://job:secret-1@/logs?host=/run/postgresql').address, '/run/postgresql');
  });

  it("gives sslmode libpq's meaning, and leaves an address without sslmode alone", () => {
    const read = (query: string): string =>
      String(parseDatabaseUrl(`postgresql://h/d${query}`).config.connectionString);
    assert.equal(read('?sslmode=require'), 'postgresql://h/d?sslmode=require&uselibpqcompat=true');
    assert.equal(read('?sslmode=no-verify'), 'postgresql://h/d?sslmode=no-verify');
    assert.equal(read(''), 'postgresql://h/d');
  });

  for (const [what, url] of Object.entries({
    'another scheme': 'mysql://job:hunter2-x@db/logs',
    'no URL': 'host=db password=hunter2-x',
    'no host': 'postgresql:///logs',
    'an unknown sslmode': 'postgresql://job:hunter2-x@db/logs?sslmode=allow',
    'sslrootcert=system beside a weaker sslmode':
      'postgresql://job:hunter2-x@db/logs?sslmode=require&sslrootcert=system',
    'sslrootcert=system beside a client certificate': 'postgresql://job:hunter2-x@db/logs?sslrootcert=system&sslcert=x',
    'a port that is no number': 'postgresql://job:hunter2-x@db/logs?port=abc',
    'a port above all': 'postgresql://job:hunter2-x@db/logs?port=70000',
    'a bare slash in the password': 'postgresql://job:12/hunter2-x@db/logs',
    'a bare question mark in the password': 'postgresql://job:12?hunter2-x@db/logs',
    'a bare hash in the password': 'postgresql://job:12#hunter2-x@db/logs',
    'a stray percent sign in the password': 'postgresql://job:hunter2-x%zz@db/logs',
  })) {
    it(`with ${what} is refused without being shown`, () => {
      assert.throws(
        () => parseDatabaseUrl(url),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'JournalUrlInvalid');
          assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes('hunter2-x'));
          return true;
        },
      );
    });
  }

  it('never shows a piece of a password, encoded or not, in the address or in an error', () => {
    const password = fc.string({ minLength: 1, maxLength: 12 }).map((tail) => `Zq7-${tail}-qX9`);
    fc.assert(
      fc.property(password, fc.boolean(), (text, encode) => {
        const shown = shownOf(`postgresql://job:${encode ? encodeURIComponent(text) : text}@db.example.com/logs`);
        assert.doesNotMatch(shown, /Zq7|qX9/);
      }),
    );
  });
});

function shownOf(url: string): string {
  try {
    return parseDatabaseUrl(url).address;
  } catch (error) {
    return inspect(error, { depth: 9, showHidden: true });
  }
}

it('says how to write it in words that redaction leaves alone', () => {
  const { hint = '' } = invalid('is not a correct URL');
  assert.match(hint, /USER:PASSWORD@HOST/);
  assert.equal(redact(hint), hint);
});
