import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Room } from '../../../src/host/room.ts';
import type { ZipInput } from '../../../src/zip/entry.ts';
import { readDirectory } from '../../../src/zip/read/directory.ts';
import { readEntry } from '../../../src/zip/read/read-entry.ts';
import { createArchive } from '../../../src/zip/write/archive.ts';
import { writeEntries } from '../../../src/zip/write/write-entries.ts';
import { collect, openBytes, options, temporaryFolder } from '../fixture.ts';
import { type Course, contentOf, openLine } from './line.ts';

const KIB = 1024;
/** Of an entry beside its content. */
const ENTRY = 16 * KIB;
/** Up to here a file is loaded whole. */
const SMALL = 20 * KIB;
const PIECE = 8 * KIB;
/** Beyond the budget there may be what the entry needs whose turn it is: its content, or two pieces; and the piece that is written. */
const BEYOND = ENTRY + SMALL + PIECE;

interface Night {
  readonly files: readonly (Course & { readonly isSkipped: boolean })[];
  readonly budget: number;
  readonly most: number;
  /** Which of the things under way comes next, and so on. */
  readonly choices: Iterator<number>;
}

const nights: fc.Arbitrary<Night> = fc.record({
  files: fc.array(
    fc.record({
      size: fc.oneof(fc.nat(SMALL), fc.integer({ min: SMALL + 1, max: 8 * PIECE })),
      failures: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 2 })),
      breaksAfter: fc.nat(2),
      knowsNoRoom: fc.boolean(),
      isSkipped: fc.boolean(),
    }),
    { maxLength: 25 },
  ),
  budget: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 800 * KIB })),
  most: fc.integer({ min: 1, max: 64 }),
  choices: fc.infiniteStream(fc.nat()),
});

/** What an input that was begun holds. */
interface Holding {
  bytes: number;
}

/** The inputs of a night as they hold memory, told by what they do and not by who counts it. */
function watch(inputs: readonly ZipInput<string>[], knowsNoRoom: ReadonlySet<string>) {
  const held = new Map<string, Holding>();
  let waiting = 0;
  const roomOf = (holding: Holding, room: Room | undefined): Room => ({
    take(bytes, signal) {
      const granted = (): void => {
        holding.bytes += bytes;
      };
      const wait = room?.take(bytes, signal);
      if (!wait) return granted() as undefined;
      waiting += 1;
      return wait.then(granted).finally(() => {
        waiting -= 1;
      });
    },
    give(bytes) {
      holding.bytes -= bytes;
      room?.give(bytes);
    },
  });
  const watched = inputs.map(
    (input): ZipInput<string> => ({
      ...input,
      async load(signal) {
        const holding = { bytes: input.size ?? 0 };
        held.set(input.name, holding);
        return await input.load(signal).catch((error: unknown) => {
          holding.bytes = 0;
          throw error;
        });
      },
      async *stream(signal, room) {
        // One that does not ask has its first piece in advance.
        const holding = { bytes: knowsNoRoom.has(input.name) ? PIECE : 0 };
        held.set(input.name, holding);
        try {
          return yield* input.stream(signal, roomOf(holding, room));
        } finally {
          holding.bytes = 0;
        }
      },
    }),
  );
  return {
    inputs: watched,
    held,
    /** Streams that wait for room. */
    get waiting() {
      return waiting;
    },
    total: () => [...held.values()].reduce((sum, { bytes }) => sum + bytes + ENTRY, 0),
  };
}

async function writeNight(t: TestContext, { files, budget, most, choices }: Night): Promise<void> {
  const line = openLine(PIECE);
  const courses = new Map(files.map((file, i) => [`file ${i}`, file]));
  const deaf = [...courses].filter(([, course]) => course.knowsNoRoom).map(([name]) => name);
  const night = watch(
    [...courses].map(([name, course]) => line.input(name, course)),
    new Set(deaf),
  );
  const chunks: Buffer[] = [];
  const drains: (() => void)[] = [];
  const order: string[] = [];
  const asked = new Map<string, number>();
  const archive = await createArchive(
    (chunk) => {
      chunks.push(chunk);
      return new Promise((resolve) => drains.push(resolve));
    },
    join(await temporaryFolder(t), 'spool'),
  );
  let isOver = false;
  const run = async (): Promise<void> => {
    const entries = writeEntries(archive, night.inputs, {
      ...options,
      compression: 'Store',
      budgetBytes: budget,
      maxConcurrentLoads: most,
      smallBytes: SMALL,
      pieceBytes: PIECE,
      onFailure({ name }, _, attempt) {
        const others = [...courses.keys()];
        assert.ok(
          others.slice(0, others.indexOf(name)).every((before) => order.includes(before)),
          `${name} was asked about before its turn`,
        );
        asked.set(name, attempt);
        if (!courses.get(name)?.isSkipped) return 'retry';
        order.push(name);
        night.held.delete(name);
        return 'skip';
      },
    });
    for await (const { name } of entries) {
      order.push(name);
      night.held.delete(name);
    }
  };
  const running = run().finally(() => {
    isOver = true;
  });
  running.catch(() => undefined);

  const expectNothingIdle = (): void => {
    const next = files[night.inputs.findIndex(({ name }) => !line.begun.includes(name))];
    const full = (bytes: number): boolean => night.total() + PIECE + bytes > budget;
    if (night.waiting > 0) assert.ok(full(PIECE), 'a stream waits although there is room');
    else if (next && next.size > SMALL) assert.ok(full(ENTRY + PIECE), 'a large file is not begun');
    else if (next) assert.ok(line.loads >= most || full(ENTRY + next.size), 'the line has nothing to do');
  };
  for (;;) {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    if (isOver) break;
    assert.ok(night.total() <= budget + BEYOND, `${night.total()} bytes are held of ${budget}`);
    // One more is loaded again, when its turn has come and it had failed.
    assert.ok(line.loads <= most + Math.min(1, asked.size), `${line.loads} loads of ${most}`);
    expectNothingIdle();
    const { underWay } = line;
    const coming = underWay.length + drains.length;
    assert.ok(coming > 0, `nothing is under way after ${order.join(', ')}`);
    const chosen = (choices.next().value ?? 0) % coming;
    const what = underWay[chosen];
    if (what === undefined) drains.splice(chosen - underWay.length, 1)[0]?.();
    else line.arrive(what);
  }
  await running;
  const finished = archive.finish();
  for (let isDone = false; !isDone; ) {
    isDone = await Promise.race([
      finished.then(() => true),
      new Promise<boolean>((resolve) => setImmediate(resolve, false)),
    ]);
    for (const drained of drains.splice(0)) drained();
  }
  await archive.close();
  assert.deepEqual([line.open, line.taken, line.loads, line.underWay], [0, 0, 0, []]);
  assert.deepEqual(order, [...courses.keys()]);
  for (const [name, { failures = 0, isSkipped }] of courses) {
    assert.equal(asked.get(name) ?? 0, isSkipped ? Math.min(1, failures) : failures, name);
  }
  await expectContents(Buffer.concat(chunks), courses);
}

async function expectContents(bytes: Buffer, courses: ReadonlyMap<string, Night['files'][number]>): Promise<void> {
  const zip = await openBytes(bytes);
  const entries = await collect(readDirectory(zip));
  const wanted = [...courses].filter(([, { failures = 0, isSkipped }]) => failures === 0 || !isSkipped);
  assert.deepEqual(
    entries.map(({ name }) => name),
    wanted.map(([name]) => name),
  );
  for (const entry of entries) {
    const content = Buffer.concat(await collect(readEntry(zip, entry)));
    assert.ok(content.equals(contentOf(entry.name, courses.get(entry.name)?.size ?? 0)), entry.name);
  }
}

test('on any line an archive comes out whole and in order, within its memory, and the line is never idle', async (t) => {
  await fc.assert(
    fc.asyncProperty(nights, (night) => writeNight(t, night)),
    { numRuns: 60 },
  );
});
