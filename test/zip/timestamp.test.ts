import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { dosTimestamp, timesAgree, timesOf, unixSeconds } from '../../src/zip/timestamp.ts';

const date = (from: string, to: string) => fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true });

test('the DOS time is the UTC time, rounded down to two seconds', () => {
  fc.assert(
    fc.property(date('1980-01-01T00:00:00Z', '2107-12-31T23:59:59Z'), (modified) => {
      const dos = dosTimestamp(modified);
      const [day, time] = [Math.floor(dos / 0x10000), dos % 0x10000];
      const back = Date.UTC(
        1980 + (day >> 9),
        ((day >> 5) & 15) - 1,
        day & 31,
        time >> 11,
        (time >> 5) & 63,
        (time & 31) * 2,
      );
      assert.equal(back, Math.floor(modified.getTime() / 2000) * 2000);
    }),
  );
});

test('times outside of what a field can hold become the nearest that it can', () => {
  assert.equal(dosTimestamp(new Date('1979-12-31T23:59:59Z')), dosTimestamp(new Date('1980-01-01T00:00:00Z')));
  assert.equal(dosTimestamp(new Date('2108-01-01T00:00:00Z')), dosTimestamp(new Date('2107-12-31T23:59:58Z')));
  assert.equal(unixSeconds(new Date('1800-01-01T00:00:00Z')), -(2 ** 31));
  assert.equal(unixSeconds(new Date('2100-01-01T00:00:00Z')), 2 ** 31 - 1);
  assert.equal(unixSeconds(new Date('1969-12-31T23:59:59.500Z')), -1);
});

test('both times of any moment agree, and a moment more than two seconds away does not agree', () => {
  const anywhere = date('1700-01-01T00:00:00Z', '2300-01-01T00:00:00Z');
  fc.assert(fc.property(anywhere, (modified) => assert.ok(timesAgree(timesOf(modified)))));
  fc.assert(
    fc.property(
      date('1980-01-02T00:00:00Z', '2038-01-01T00:00:00Z'),
      fc.integer({ min: 2, max: 86_400 }),
      (at, off) => {
        const later = new Date(at.getTime() + off * 1000);
        const { dosTimestamp: dos } = timesOf(later);
        assert.ok(!timesAgree({ dosTimestamp: dos, unixSeconds: unixSeconds(at) }));
      },
    ),
  );
});
