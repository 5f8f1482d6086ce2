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

test('the UT field is left out where it can not hold the time', () => {
  assert.equal(unixSeconds(new Date('1901-12-13T20:45:51Z')), undefined);
  assert.equal(unixSeconds(new Date('1901-12-13T20:45:52Z')), -(2 ** 31));
  assert.equal(unixSeconds(new Date('1969-12-31T23:59:59.500Z')), -1);
  assert.equal(unixSeconds(new Date('2038-01-19T03:14:07Z')), 2 ** 31 - 1);
  assert.equal(unixSeconds(new Date('2038-01-19T03:14:08Z')), undefined);
  assert.equal(unixSeconds(new Date(Number.NaN)), undefined);
});

test('a time without a UT field is one that the field could not hold', () => {
  const absent = (at: string): boolean =>
    timesAgree({ dosTimestamp: dosTimestamp(new Date(at)), unixSeconds: undefined });
  assert.deepEqual(['1850-01-01', '2038-01-19T03:14:08Z', '2500-01-01'].map(absent), [true, true, true]);
  assert.deepEqual(['1980-01-01T00:00:02Z', '2026-11-23', '2038-01-19T03:14:05Z'].map(absent), [false, false, false]);
});

test('archives of before have the last second of the field for all that is later', () => {
  const last = 2 ** 31 - 1;
  assert.ok(timesAgree({ dosTimestamp: dosTimestamp(new Date('2100-01-01')), unixSeconds: last }));
  assert.ok(!timesAgree({ dosTimestamp: dosTimestamp(new Date('2026-01-01')), unixSeconds: last }));
});

test('a DOS time outside of what the field can hold becomes the nearest that it can', () => {
  assert.equal(dosTimestamp(new Date('1979-12-31T23:59:59Z')), dosTimestamp(new Date('1980-01-01T00:00:00Z')));
  assert.equal(dosTimestamp(new Date('2108-01-01T00:00:00Z')), dosTimestamp(new Date('2107-12-31T23:59:58Z')));
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
