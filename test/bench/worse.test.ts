import assert from 'node:assert/strict';
import { it } from 'node:test';
import { worseThan } from '../../bench/worse.ts';

it('says of each measure who is ahead of ours and how far, and nothing where nobody is', () => {
  const measures = [
    { name: 'time', better: 'less', ours: 8, others: { zip: 4, restic: 16 } },
    { name: 'MB/s', better: 'more', ours: 100, others: { zip: 150, restic: 200 } },
    { name: 'memory', better: 'less', ours: 10, others: { zip: 10, restic: 9.9 } },
    { name: 'disk', better: 'less', ours: 0, others: { zip: 4, restic: Number.NaN } },
  ] as const;
  assert.deepEqual(worseThan(measures), ['less time: zip 2.00 ×', 'more MB/s: zip 1.50 ×, restic 2.00 ×']);
});
