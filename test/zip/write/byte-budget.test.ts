import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ZipInput } from '../../../src/zip/entry.ts';
import { createArchive } from '../../../src/zip/write/archive.ts';
import type { WriteOptions } from '../../../src/zip/write/write-entries.ts';
import { writeEntries } from '../../../src/zip/write/write-entries.ts';
import { NOON, options, temporaryFolder } from '../fixture.ts';

const MIB = 1024 * 1024;

interface Peak {
  /** Most bytes that were loaded, or being loaded, and not written yet. */
  readonly bytes: number;
  readonly loads: number;
  /** Most inputs that were taken from the list and not written yet. */
  readonly inputs: number;
}

/** Writes `count` inputs of `size` bytes into a sink that is slower than they are, and says what was held at most. */
async function peakOf(
  t: TestContext,
  { count, size, announced = true }: { count: number; size: number; announced?: boolean },
  changes: Partial<WriteOptions<number>>,
): Promise<Peak> {
  const content = randomBytes(size);
  const now = { bytes: 0, loads: 0, inputs: 0 };
  const peak = { bytes: 0, loads: 0, inputs: 0 };
  const change = (key: keyof Peak, by: number): void => {
    now[key] += by;
    peak[key] = Math.max(peak[key], now[key]);
  };
  const inputs = function* (): Generator<ZipInput<number>> {
    for (let i = 0; i < count; i++) {
      change('inputs', 1);
      yield {
        name: `${i}.jpg`,
        modified: NOON,
        size: announced ? size : undefined,
        async load() {
          change('bytes', size);
          change('loads', 1);
          await new Promise((resolve) => setImmediate(resolve));
          change('loads', -1);
          return { bytes: Buffer.from(content), digest: 0 };
        },
        async *stream() {
          yield content;
          return 0;
        },
      };
    }
  };
  const slow = async (chunk: Buffer): Promise<void> => {
    await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
    if (chunk.length >= size) change('bytes', -size);
  };
  const archive = await createArchive(slow, join(await temporaryFolder(t), 'spool'));
  t.after(() => archive.close());
  for await (const _ of writeEntries(archive, inputs(), { ...options, ...changes })) change('inputs', -1);
  assert.deepEqual(now, { bytes: 0, loads: 0, inputs: 0 });
  return peak;
}

for (const [count, size, budget] of [
  [300, 200_000, 4 * MIB],
  [3000, 1000, 4 * MIB],
  [12, 4 * MIB, 16 * MIB],
] as const) {
  test(`${count} files of ${size} bytes hold at most the ${budget} bytes of the budget, and use it`, async (t) => {
    const peak = await peakOf(t, { count, size }, { budgetBytes: budget, maxConcurrentLoads: 1000 });
    assert.ok(peak.bytes <= budget, `${peak.bytes} bytes`);
    // A file counts with its size, and 16 KiB besides.
    const fits = Math.floor(budget / (size + 16 * 1024));
    assert.ok(peak.inputs >= fits, `${peak.inputs} inputs ahead where ${fits} fit`);
    assert.ok(peak.inputs <= budget / (16 * 1024) + 1, `${peak.inputs} inputs ahead`);
  });
}

test('files of unknown size count as the largest that is loaded', async (t) => {
  const unknown = { count: 60, size: 900_000, announced: false };
  const peak = await peakOf(t, unknown, { budgetBytes: 8 * MIB, smallBytes: MIB, maxConcurrentLoads: 100 });
  assert.ok(peak.bytes <= 8 * MIB, `${peak.bytes} bytes`);
});

test('a file larger than the budget still goes through, alone', async (t) => {
  const peak = await peakOf(t, { count: 5, size: 3 * MIB }, { budgetBytes: 2 * MIB, maxConcurrentLoads: 100 });
  assert.equal(peak.bytes, 3 * MIB);
});

test('never more loads at once than asked for', async (t) => {
  assert.equal((await peakOf(t, { count: 100, size: 1000 }, { maxConcurrentLoads: 3 })).loads, 3);
  assert.equal((await peakOf(t, { count: 100, size: 1000 }, { maxConcurrentLoads: 1 })).loads, 1);
});
