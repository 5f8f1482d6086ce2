import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SHAPES } from '../../bench/line/shape.ts';
import { archivingShare, type Sight, wholeShare } from '../../bench/line/sight.ts';

/** 8 Mbit/s: 100 KB in each stretch of 100 ms. */
const SHAPE = { ...SHAPES.loopback, megabitsPerSecond: 8, roundTripMs: 100 };

const SIGHT: Sight = {
  connections: 1,
  calls: {},
  content: { bytes: 200_000, fromMs: 200, toMs: 450 },
  down: { bytes: 260_000, series: [10_000, 50_000, 100_000, 80_000, 20_000] },
  up: { bytes: 150_000, series: [0, 0, 0, 50_000, 100_000] },
  bucketMs: 100,
};

it('the share of a whole night is of what could have passed from start to exit', () => {
  assert.deepEqual(wholeShare(SIGHT, SHAPE, 1), { up: 0.15, down: 0.26 });
});

it('the share while archiving is that between the first and the last byte of content, where it left', () => {
  // Down from 150 to 400 ms, as arrivals lie half a round trip later; up from 200 to 450 ms.
  assert.deepEqual(archivingShare(SIGHT, SHAPE), { up: 100_000 / 250_000, down: 205_000 / 250_000 });
});

it('there is no share of a pipe without a limit, nor of a night without content', () => {
  assert.equal(wholeShare(SIGHT, SHAPES.loopback, 1), undefined);
  assert.equal(archivingShare(SIGHT, SHAPES.loopback), undefined);
  assert.equal(archivingShare({ ...SIGHT, content: { bytes: 0 } }, SHAPE), undefined);
});
