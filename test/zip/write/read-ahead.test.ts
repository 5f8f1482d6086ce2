import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { ZipInput } from '../../../src/zip/entry.ts';
import { createArchive } from '../../../src/zip/write/archive.ts';
import { type FailureDecision, type WriteOptions, writeEntries } from '../../../src/zip/write/write-entries.ts';
import { options, temporaryFolder } from '../fixture.ts';
import { brokenOff, type Course, contentOf, type Line, openLine } from './line.ts';

const timeout = 20_000;
const KIB = 1024;
const MIB = 1024 * KIB;
const PIECE = 64 * KIB;
const reset = new Error('enough');

/** As long as nothing arrives, all has happened that can happen. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

interface Writing extends Line {
  readonly written: readonly string[];
  readonly asked: readonly string[];
  readonly bytes: () => Buffer;
  readonly ended: Promise<{ readonly error?: unknown }>;
  /** Lets everything arrive as it is asked for, but for what is not to. */
  arriveAll(not?: string): Promise<void>;
}

/** Files up to 64 KiB are loaded, larger ones streamed in pieces of 64 KiB; nothing is deflated. */
async function write(
  t: TestContext,
  courses: Readonly<Record<string, Course>>,
  { decide, ...changes }: Partial<WriteOptions<string>> & { decide?: (name: string) => FailureDecision } = {},
): Promise<Writing> {
  const line = openLine(PIECE);
  const chunks: Buffer[] = [];
  const written: string[] = [];
  const asked: string[] = [];
  const inputs: ZipInput<string>[] = Object.entries(courses).map(([name, course]) => line.input(name, course));
  const archive = await createArchive((chunk) => void chunks.push(chunk), join(await temporaryFolder(t), 'spool'));
  t.after(() => archive.close());
  const run = async (): Promise<void> => {
    const all: WriteOptions<string> = {
      ...options,
      compression: 'Store',
      smallBytes: PIECE,
      pieceBytes: PIECE,
      onFailure({ name }, error, attempt) {
        asked.push(`${name} ${attempt} after ${written.length}: ${(error as Error).message}`);
        if (!decide) throw error;
        return decide(name);
      },
      ...changes,
    };
    for await (const { name } of writeEntries(archive, inputs, all)) written.push(name);
    await archive.finish();
  };
  const ended = run().then(
    () => ({}),
    (error: unknown) => ({ error }),
  );
  const arriveAll = async (not?: string): Promise<void> => {
    for (;;) {
      await settled();
      const coming = line.underWay.filter((what) => what !== not);
      if (coming.length === 0) return;
      for (const what of coming) line.arrive(what);
    }
  };
  await settled();
  // The line's own getters stay what they are.
  return Object.assign(Object.create(line), { written, asked, ended, arriveAll, bytes: () => Buffer.concat(chunks) });
}

const files = (count: number, size: number, name = 'file'): Record<string, Course> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name} ${i}`, { size }]));

test('while one file of a thousand is slow, all others are loaded meanwhile', { timeout }, async (t) => {
  const night = await write(t, files(1000, 20 * KIB), { maxConcurrentLoads: 32, budgetBytes: 36 * MIB });
  await night.arriveAll('file 0');
  assert.deepEqual([night.begun.length, night.written.length], [1000, 0]);
  night.arrive('file 0');
  assert.deepEqual(await night.ended, {});
  assert.deepEqual(night.written, Object.keys(files(1000, 20 * KIB)));
});

test('as many loads are under way as are allowed and fit, counted with their own size', { timeout }, async (t) => {
  const size = 60 * KIB;
  const night = await write(t, files(100, size), { maxConcurrentLoads: 32, budgetBytes: 64 * (size + 16 * KIB) });
  assert.equal(night.loads, 32);
  // Those that lie here until their turn leave the line to others.
  for (const what of night.underWay.slice(1)) night.arrive(what);
  await settled();
  assert.equal(night.loads, 32);
  for (const what of night.underWay.slice(1)) night.arrive(what);
  await settled();
  assert.deepEqual([night.loads, night.begun.length], [2, 64], 'the memory is full');
  night.arrive('file 0');
  await settled();
  // The first, and those that had waited behind it, are written.
  assert.deepEqual([night.written.length, night.loads], [63, 32]);
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
});

test('a large file is begun before its turn, and as many of its pieces as fit', { timeout }, async (t) => {
  const courses = { 'slow.txt': { size: 1000 }, 'film.mp4': { size: 20 * PIECE }, 'late.txt': { size: 1000 } };
  const night = await write(t, courses, { budgetBytes: 10 * PIECE });
  assert.deepEqual(
    night.underWay.filter((what) => what.startsWith('film')),
    Array.from({ length: 9 }, (_, i) => `film.mp4#${i}`),
  );
  for (const what of night.underWay.filter((what) => what !== 'slow.txt')) night.arrive(what);
  await settled();
  assert.deepEqual(night.underWay, ['slow.txt'], 'what lies behind the large file does not take its room');
  night.arrive('slow.txt');
  await settled();
  // Nine pieces were there when its turn came, and as many are on their way again.
  assert.ok(night.bytes().length > 9 * PIECE, `${night.bytes().length} bytes written`);
  assert.equal(night.underWay.filter((what) => what.startsWith('film')).length >= 8, true, night.underWay.join(' '));
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
  assert.deepEqual([night.written, night.taken, night.open], [Object.keys(courses), 0, 0]);
});

test('several large files in a row are read side by side', { timeout }, async (t) => {
  const night = await write(t, files(6, 2 * PIECE), { budgetBytes: 12 * PIECE });
  assert.equal(night.underWay.length, 10, night.underWay.join(' '));
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
});

test('the large file whose turn it is has two pieces, however full the memory is', { timeout }, async (t) => {
  const courses = { ...files(1, 5 * PIECE, 'film'), ...files(20, PIECE) };
  const night = await write(t, courses, { budgetBytes: 100 });
  assert.deepEqual(night.underWay, ['film 0#0', 'film 0#1']);
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
  assert.equal(night.written.length, 21);
});

test('streams of a source that knows no room are begun as far as their first pieces fit', { timeout }, async (t) => {
  const courses = Object.fromEntries(
    Array.from({ length: 20 }, (_, i) => [`film ${i}`, { size: 3 * PIECE, knowsNoRoom: true }]),
  );
  const night = await write(t, courses, { budgetBytes: 4 * (PIECE + 16 * KIB) });
  assert.deepEqual(night.underWay, ['film 0#0', 'film 1#0', 'film 2#0', 'film 3#0']);
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
});

test('a large file that breaks before its turn is asked about in its turn, and read again', { timeout }, async (t) => {
  const courses = { 'slow.txt': { size: 9 }, 'film.mp4': { size: 3 * PIECE, failures: 2 }, 'late.txt': { size: 9 } };
  const night = await write(t, courses, { decide: () => 'retry' });
  await night.arriveAll('slow.txt');
  assert.deepEqual([night.asked, night.begun], [[], ['slow.txt', 'film.mp4', 'late.txt']]);
  assert.deepEqual([night.open, night.taken], [0, 0], 'what broke holds nothing');
  night.arrive('slow.txt');
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
  const why = `after 1: ${brokenOff.message}`;
  assert.deepEqual(night.asked, [`film.mp4 1 ${why}`, `film.mp4 2 ${why}`]);
  assert.deepEqual(night.written, ['slow.txt', 'film.mp4', 'late.txt']);
  assert.ok(night.bytes().includes(contentOf('film.mp4', 60_000)));
});

test('a large file that is skipped leaves its room to the others', { timeout }, async (t) => {
  const courses = {
    'slow.txt': { size: 9 },
    'film.mp4': { size: 8 * PIECE, failures: 1, breaksAfter: 3 },
    ...files(40, PIECE),
  };
  const night = await write(t, courses, { decide: () => 'skip', budgetBytes: 6 * PIECE });
  await night.arriveAll('slow.txt');
  night.arrive('slow.txt');
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
  assert.deepEqual(night.asked, [`film.mp4 1 after 1: ${brokenOff.message}`]);
  assert.deepEqual([night.written.length, night.open, night.taken], [41, 0, 0]);
});

test('a source that knows no room and breaks before its turn leaves it to the others', { timeout }, async (t) => {
  const film = { size: 3 * PIECE, knowsNoRoom: true };
  const courses = { 'slow.txt': { size: 9 }, broken: { ...film, failures: 1 }, 'film 1': film, 'film 2': film };
  const night = await write(t, courses, { decide: () => 'retry', budgetBytes: 2 * PIECE + 4 * 16 * KIB + 9 });
  assert.deepEqual(night.underWay, ['slow.txt', 'film 1#0', 'film 2#0']);
  await night.arriveAll();
  assert.deepEqual(await night.ended, {});
  assert.deepEqual(night.written, Object.keys(courses));
});

test('a small file that has become a large one is streamed when it is read again', { timeout }, async (t) => {
  const line = openLine(PIECE);
  let size = 100;
  const small = line.input('list.csv', { size: 100, failures: 1 });
  const large = line.input('list.csv', { size: 3 * PIECE });
  const grown: ZipInput<string> = {
    ...small,
    get size() {
      return size;
    },
    load: (signal) => (size === 100 ? small : large).load(signal),
    stream: (signal, room) => large.stream(signal, room),
  };
  const archive = await createArchive(() => undefined, join(await temporaryFolder(t), 'spool'));
  t.after(() => archive.close());
  const entries = writeEntries(archive, [grown], {
    ...options,
    smallBytes: PIECE,
    onFailure() {
      size = 3 * PIECE;
      return 'retry';
    },
  });
  const written = entries.next();
  await settled();
  line.arrive('list.csv');
  for (let i = 0; i < 3; i++) {
    await settled();
    line.arrive(`list.csv#${i}`);
  }
  assert.equal((await written).value?.size, 3 * PIECE);
  await entries.return();
});

test('a load that never answers stops nobody until memory is full, and an abort ends it', { timeout }, async (t) => {
  const abort = new AbortController();
  const courses = { ...files(50, PIECE), ...files(3, 4 * PIECE, 'film') };
  const night = await write(t, courses, { maxConcurrentLoads: 4, signal: abort.signal, budgetBytes: 8 * MIB });
  await night.arriveAll('file 7');
  assert.deepEqual(night.underWay, ['file 7']);
  assert.deepEqual([night.written.length, night.begun.length], [7, 53]);
  abort.abort(reset);
  assert.deepEqual(await night.ended, { error: reset });
  assert.deepEqual([night.underWay, night.open, night.taken], [[], 0, 0]);
});

test('an abort with 64 loads and a large file under way leaves nothing running', { timeout }, async (t) => {
  const abort = new AbortController();
  const courses = { 'film.mp4': { size: 9 * PIECE }, ...files(100, 1000) };
  const night = await write(t, courses, { maxConcurrentLoads: 64, signal: abort.signal });
  assert.deepEqual([night.loads, night.open, night.underWay.length], [64, 1, 64 + 9]);
  abort.abort(reset);
  assert.deepEqual(await night.ended, { error: reset });
  assert.deepEqual([night.loads, night.open, night.underWay, night.taken], [0, 0, [], 0]);
  assert.equal(night.begun.length, 65);
});
