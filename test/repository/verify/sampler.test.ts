import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampler } from '../../../src/repository/verify/sampler.ts';

function sampleOf(seed: string, count: number): readonly number[] {
  const sample = sampler<number>(seed);
  for (let n = 0; n < count; n++) sample.offer(n, 1);
  return sample.chosen();
}

test('the same seed chooses the same items, another one others', () => {
  assert.deepEqual(sampleOf('run-1', 1000), sampleOf('run-1', 1000));
  assert.notDeepEqual(sampleOf('run-1', 1000), sampleOf('run-2', 1000));
});

test('a backup of few files is checked whole', () => {
  assert.deepEqual(sampleOf('x', 16), [...Array(16).keys()]);
  assert.deepEqual(sampleOf('x', 3), [0, 1, 2]);
});

test('items of more than 16 MiB are left to a full verification', () => {
  const sample = sampler<string>('x');
  sample.offer('large', 16 * 1024 * 1024 + 1);
  sample.offer('just not', 16 * 1024 * 1024);
  assert.deepEqual(sample.chosen(), ['just not']);
});

test('over many nights every file has its turn, early and late ones alike', () => {
  const hits = new Array<number>(100).fill(0);
  const nights = 1000;
  for (let night = 0; night < nights; night++)
    for (const item of sampleOf(`night ${night}`, 100)) hits[item] = (hits[item] ?? 0) + 1;
  // 160 each are expected; six standard deviations are 70.
  for (const [item, count] of hits.entries()) assert.ok(count > 90 && count < 230, `${item} came ${count} times`);
});
