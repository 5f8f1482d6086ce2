import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, it } from 'node:test';
import { type Corpus, makeCorpus } from '../../bench/corpus/make-corpus.ts';
import { SHAPES } from '../../bench/line/shape.ts';
import { runNights } from '../../bench/night/run-nights.ts';

let folder: string;
let corpus: Corpus;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'nights-test-'));
  corpus = await makeCorpus('ten', folder);
});
after(() => rm(folder, { recursive: true }));

const over = { shape: { ...SHAPES.loopback, megabitsPerSecond: 1_000 }, nights: 2, checked: true };

it('two nights of the job pass the line whole each, and leave an archive each', { timeout: 120_000 }, async () => {
  const nights = await runNights('backup-job run', { ...over, corpus });
  assert.equal(nights.length, 2);
  for (const night of nights) {
    assert.ok(night.downBytes > corpus.bytes, `${night.downBytes} of ${corpus.bytes} bytes came down`);
    assert.ok(night.upBytes > night.storedBytes && night.storedBytes > 0);
    assert.ok((night.archiving?.down ?? 0) > 0 && (night.whole?.down ?? 2) < 1);
    assert.ok(night.calls > corpus.files && night.connections > 0);
    assert.ok((night.mainThreadCpuSeconds ?? 0) > 0 && (night.mainThreadCpuSeconds ?? 0) <= night.cpuSeconds);
  }
});

it('a second night of rclone and zip reads what has changed, and stores all again', { timeout: 120_000 }, async () => {
  const [first, second] = await runNights('rclone + zip', { ...over, corpus });
  assert.ok(first && first.downBytes > corpus.bytes && first.diskBytes > corpus.bytes);
  assert.ok(second && second.downBytes < corpus.bytes / 2 && second.storedBytes > first.storedBytes / 2);
});
