import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ZipInput, ZipWritten } from '../../../src/zip/entry.ts';
import { createArchive, type Sink } from '../../../src/zip/write/archive.ts';
import { type FailureDecision, type WriteOptions, writeEntries } from '../../../src/zip/write/write-entries.ts';
import { breaking, collect, input, NOON, options, temporaryFolder, zipOf } from '../fixture.ts';

const timeout = 20_000;
const KIB = 1024;
const reset = Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });

/** Real files as inputs, and which of this process's file handles are open in their folder. */
async function fileInputs(t: TestContext, sizes: readonly number[]) {
  const folder = await temporaryFolder(t);
  const sources = join(folder, 'sources');
  await mkdir(sources);
  const inputs: ZipInput<string>[] = [];
  for (const [i, size] of sizes.entries()) {
    const path = join(sources, `${i}.bin`);
    await writeFile(path, randomBytes(size));
    inputs.push({
      name: `${i}.bin`,
      modified: NOON,
      size,
      async load() {
        await using file = await open(path);
        return { bytes: await file.readFile(), digest: '' };
      },
      async *stream() {
        await using file = await open(path);
        for await (const chunk of file.createReadStream({ highWaterMark: 64 * KIB, autoClose: false })) yield chunk;
        return '';
      },
    });
  }
  const openHandles = (): string[] =>
    readdirSync('/proc/self/fd')
      .map((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`);
        } catch {
          return '';
        }
      })
      .filter((target) => target.startsWith(folder));
  return { folder, inputs, openHandles };
}

/** Writes into `sink` until it ends or fails; afterwards nothing in the folder may be open any more. */
async function write(
  { folder, inputs, openHandles }: Awaited<ReturnType<typeof fileInputs>>,
  sink: Sink,
  changes: Partial<WriteOptions<string>> = {},
): Promise<ZipWritten<string>[]> {
  const archive = await createArchive(sink, join(folder, 'spool'));
  try {
    return await collect(writeEntries(archive, inputs, { ...options, smallBytes: 100 * KIB, ...changes }));
  } finally {
    await archive.close();
    assert.deepEqual(openHandles(), []);
  }
}

const SIZES = [10 * KIB, 20 * KIB, 900 * KIB, 5 * KIB, 30 * KIB, 700 * KIB, 1 * KIB];
const swallow: Sink = () => undefined;

test('everything written, nothing is open any more', { timeout }, async (t) => {
  assert.equal((await write(await fileInputs(t, SIZES), swallow)).length, SIZES.length);
});

for (const [what, from] of [
  ['at its first byte', 0],
  ['within a small entry', 15 * KIB],
  ['within a streamed entry', 400 * KIB],
] as const) {
  test(`a sink that fails ${what} ends the archive with its error, and every source is closed`, {
    timeout,
  }, async (t) => {
    let bytes = 0;
    const broken: Sink = async (chunk) => {
      bytes += chunk.length;
      if (bytes > from) throw reset;
    };
    await assert.rejects(write(await fileInputs(t, SIZES), broken), reset);
  });
}

test('a sink that fails at once, without a promise, does the same', { timeout }, async (t) => {
  const broken: Sink = () => {
    throw reset;
  };
  await assert.rejects(write(await fileInputs(t, SIZES), broken), reset);
});

for (const [what, ready] of [
  ['takes a small entry and never answers', 1],
  ['takes part of a streamed entry and never answers', 45 * KIB],
] as const) {
  test(`an abort is heard while the sink ${what}`, { timeout }, async (t) => {
    const abort = new AbortController();
    let bytes = 0;
    const stuck: Sink = (chunk) => {
      bytes += chunk.length;
      if (bytes < ready) return undefined;
      queueMicrotask(() => abort.abort(reset));
      return new Promise(() => undefined);
    };
    await assert.rejects(write(await fileInputs(t, SIZES), stuck, { signal: abort.signal }), reset);
  });
}

test('an abort is heard while a source never answers, loaded or streamed', { timeout }, async (t) => {
  for (const smallBytes of [KIB, 100 * KIB]) {
    const abort = new AbortController();
    let isClosed = false;
    const silent: ZipInput<number> = {
      ...input('a.bin', randomBytes(10 * KIB)),
      load: (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            isClosed = true;
            reject(signal.reason);
          });
          abort.abort(reset);
        }),
      async *stream(signal) {
        try {
          const { promise, reject } = Promise.withResolvers<never>();
          signal.addEventListener('abort', () => reject(signal.reason));
          abort.abort(reset);
          yield await promise;
        } finally {
          isClosed = true;
        }
        return 0;
      },
    };
    await assert.rejects(zipOf(t, [input('first.txt', 'x'), silent], { smallBytes, signal: abort.signal }), reset);
    assert.ok(isClosed, 'the source was left open');
  }
});

test('a source that ignores its signal delays the end by a second, no more', { timeout }, async (t) => {
  const abort = new AbortController();
  const deaf: ZipInput<number> = {
    ...input('a.bin', 'x'),
    load() {
      abort.abort(reset);
      return new Promise(() => undefined);
    },
  };
  const start = performance.now();
  await assert.rejects(zipOf(t, [deaf], { signal: abort.signal }), reset);
  assert.ok(performance.now() - start < 5000);
});

test('a loop that is left early closes every source', { timeout }, async (t) => {
  const files = await fileInputs(t, SIZES);
  const archive = await createArchive(swallow, join(files.folder, 'spool'));
  for await (const { name } of writeEntries(archive, files.inputs, { ...options, smallBytes: 100 * KIB })) {
    if (name === '1.bin') break;
  }
  await archive.close();
  assert.deepEqual(files.openHandles(), []);
});

test('inputs that fail to be listed end the archive with that error, after what came before', {
  timeout,
}, async (t) => {
  const listed = async function* (): AsyncGenerator<ZipInput<number>> {
    yield input('a.txt', 'a');
    throw reset;
  };
  await assert.rejects(zipOf(t, listed()), reset);
});

test('a small file whose load fails is asked about, tried again as often as wished, then skipped', {
  timeout,
}, async (t) => {
  const asked: number[] = [];
  const { written, archive } = await zipOf(t, [input('a.txt', 'a'), breaking(input('b.txt', 'b'), 0), input('c.txt')], {
    onFailure({ name }, error, attempt): FailureDecision {
      assert.deepEqual([name, (error as Error).message], ['b.txt', 'connection reset']);
      asked.push(attempt);
      return attempt < 3 ? 'retry' : 'skip';
    },
  });
  assert.deepEqual(asked, [1, 2, 3]);
  assert.deepEqual(
    written.map(({ name }) => name),
    ['a.txt', 'c.txt'],
  );
  assert.deepEqual(archive.gaps, []);
});

test('a large file that breaks in its middle leaves a gap and succeeds at the second attempt', {
  timeout,
}, async (t) => {
  const whole = input('b.mp4', randomBytes(900 * KIB));
  let attempts = 0;
  const once: ZipInput<number> = {
    ...whole,
    stream: (signal) => (attempts++ === 0 ? breaking(whole, 600 * KIB) : whole).stream(signal),
  };
  const { written, archive } = await zipOf(t, [once], { smallBytes: 100 * KIB, onFailure: () => 'retry' });
  assert.deepEqual([attempts, written.length, archive.gaps.length], [2, 1, 1]);
  assert.ok((archive.gaps[0]?.length ?? 0) > 500 * KIB);
});

test('a file that gives more or less than it promised is never written as if it had not', { timeout }, async (t) => {
  const real = input('a.bin', randomBytes(200 * KIB));
  for (const promised of [200 * KIB - 1, 200 * KIB + 1]) {
    for (const smallBytes of [KIB, 300 * KIB]) {
      const lying = { ...real, size: promised };
      await assert.rejects(zipOf(t, [lying], { smallBytes }), { code: 'SizeMismatch' });
      const { archive } = await zipOf(t, [lying, input('b.txt', 'b')], { smallBytes, onFailure: () => 'skip' });
      assert.equal(archive.entries, 1);
    }
  }
});

test('a decision that throws, or an abort while it is made, ends the archive', { timeout }, async (t) => {
  const broken = breaking(input('a.txt', 'a'), 0);
  await assert.rejects(zipOf(t, [broken], { onFailure: async () => Promise.reject(new Error('enough')) }), /enough/);
  const abort = new AbortController();
  const pondering = (): Promise<FailureDecision> => {
    abort.abort(reset);
    return new Promise(() => undefined);
  };
  await assert.rejects(zipOf(t, [broken], { signal: abort.signal, onFailure: pondering }), reset);
});

test('a full disk under the spool ends the archive with the error of the disk', { timeout }, async (t) => {
  const archive = await createArchive(swallow, '/dev/full');
  t.after(() => archive.close());
  const many = Array.from({ length: 3000 }, (_, i) => input(`${i} ${'long '.repeat(20)}`));
  await assert.rejects(collect(writeEntries(archive, many, options)), { code: 'ENOSPC' });
});
