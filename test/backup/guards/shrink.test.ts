import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { largestOf, shrinkFault, slowShrink, type Totals } from '../../../src/backup/guards/shrink.ts';

const GUARDS = { minFiles: 1, maxShrinkPercent: 20, maxByteShrinkPercent: 50 };

test('a source is refused from exactly the percentage on that the policy names, of files or of cases', () => {
  const before = { cases: 10, files: 1000, bytes: 1 };
  const verdict = (cases: number, files: number): string | undefined =>
    shrinkFault({ cases, files, bytes: 1 }, before, GUARDS)?.code;
  assert.equal(verdict(10, 801), undefined);
  assert.equal(verdict(10, 800), 'SourceShrunk');
  assert.equal(verdict(9, 1000), undefined);
  assert.equal(verdict(8, 1000), 'SourceShrunk');
  assert.equal(verdict(20, 5000), undefined);
});

test('a source with fewer files than the policy asks for is empty, also on the first night', () => {
  const one = { cases: 1, files: 1, bytes: 1 };
  assert.equal(shrinkFault({ cases: 0, files: 0, bytes: 0 }, undefined, GUARDS)?.code, 'SourceEmpty');
  assert.equal(shrinkFault(one, undefined, GUARDS), undefined);
  assert.equal(shrinkFault(one, undefined, { ...GUARDS, minFiles: 2 })?.code, 'SourceEmpty');
  assert.equal(
    shrinkFault({ cases: 0, files: 0, bytes: 0 }, one, {
      minFiles: 1,
      maxShrinkPercent: 100,
      maxByteShrinkPercent: 100,
    })?.exit,
    'refused',
  );
});

test('a source that grows, or stays within the percentage, is never refused', () => {
  const count = fc.integer({ min: 1, max: 1_000_000 });
  fc.assert(
    fc.property(
      count,
      count,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: 100 }),
      (cases, files, most, lost) => {
        const before = { cases, files, bytes: 1 };
        const left = (n: number): number => n - Math.floor((n * lost) / 100);
        const now = { cases: left(cases), files: left(files), bytes: 1 };
        const isRefused =
          shrinkFault(now, before, { minFiles: 0, maxShrinkPercent: most, maxByteShrinkPercent: 100 }) !== undefined;
        if (lost < most) assert.equal(isRefused, false);
        if (lost >= most && (files * lost) % 100 === 0) assert.equal(isRefused, true);
      },
    ),
    { numRuns: 2000 },
  );
});

test('files that were emptied are noticed by their bytes, from exactly the percentage on, and 100 lets them through', () => {
  const before = { cases: 10, files: 1000, bytes: 2000 };
  const verdict = (bytes: number, maxByteShrinkPercent: number): string | undefined =>
    shrinkFault({ ...before, bytes }, before, { ...GUARDS, maxByteShrinkPercent })?.code;
  assert.equal(verdict(1001, 50), undefined);
  assert.equal(verdict(1000, 50), 'SourceShrunk');
  assert.equal(verdict(0, 99), 'SourceShrunk');
  assert.equal(verdict(0, 100), undefined);
  const fault = shrinkFault({ ...before, bytes: 0 }, before, GUARDS);
  assert.match(fault?.message ?? '', /1000 files of 0 bytes in all, the last backup had 2000 bytes/);
  assert.match(fault?.hint ?? '', /maxByteShrinkPercent to 100/);
});

/** Nights until the first that is refused, when each loses `percent` of what is left; undefined: none of 60 is. */
function bleed(percent: number, what: keyof Totals): number | undefined {
  const nights: Totals[] = [{ cases: 10_000, files: 100_000, bytes: 1_000_000_000 }];
  for (let night = 1; night <= 60; night++) {
    const last = nights.at(-1) as Totals;
    const now = { ...last, [what]: Math.ceil(last[what] * (1 - percent / 100)) };
    assert.equal(shrinkFault(now, last, GUARDS), undefined);
    const slowly = slowShrink(now, largestOf(nights), GUARDS);
    if (slowly && 'fault' in slowly) return night;
    nights.push(now);
  }
  return undefined;
}

test('a source that loses 19 % each night is warned of on the second night and refused on the fourth', () => {
  assert.equal(bleed(19, 'files'), 4);
  assert.equal(bleed(19, 'cases'), 4);
  assert.equal(bleed(49, 'bytes'), 3);
  const largest = { cases: 100, files: 100, bytes: 100 };
  assert.equal(slowShrink({ ...largest, files: 81 }, largest, GUARDS), undefined);
  assert.deepEqual(slowShrink({ ...largest, files: 66 }, largest, GUARDS), {
    warning: 'the source has 66 files, the largest of the nights that are kept had 100',
  });
});

test('a loss that somebody let through by setting the guards to 100 for one night is refused on no later night', () => {
  const before = { cases: 100, files: 1000, bytes: 5000 };
  const after = { cases: 10, files: 100, bytes: 500 };
  const free = { minFiles: 1, maxShrinkPercent: 100, maxByteShrinkPercent: 100 };
  const thatNight = slowShrink(after, largestOf([before, before]), free);
  assert.ok(!thatNight || 'warning' in thatNight);
  assert.deepEqual(largestOf([before, before, after]), after);
  assert.equal(slowShrink(after, largestOf([before, before, after]), GUARDS), undefined);
});

test('an office that closes a case a night is never refused within the nights it keeps', () => {
  const nights: Totals[] = [];
  for (let night = 0; night < 300; night++) {
    const cases = 400 - night;
    const now = { cases, files: cases * 50, bytes: cases * 100_000 };
    const slowly = slowShrink(now, largestOf(nights.slice(-31)), GUARDS);
    assert.ok(!slowly || 'warning' in slowly, `night ${night}`);
    nights.push(now);
  }
});

test('nothing is said where no night is known', () => {
  assert.equal(largestOf([]), undefined);
  assert.equal(slowShrink({ cases: 1, files: 1, bytes: 1 }, undefined, GUARDS), undefined);
});
