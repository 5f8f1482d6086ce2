import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createWorkqueue, type Workqueue, type WorkqueueOptions } from '../../src/kube/workqueue.ts';
import { type SteppedClock, steppedClock } from '../store/stepped-clock.ts';

interface Scene {
  readonly clock: SteppedClock;
  readonly queue: Workqueue;
  /** Moves time and lets what it woke run. */
  pass(ms: number): Promise<void>;
}

function scene(options: Partial<WorkqueueOptions> = {}): Scene {
  const clock = steppedClock();
  const queue = createWorkqueue({ name: 'test', clock, random: () => 0, ...options });
  return {
    clock,
    queue,
    async pass(ms) {
      clock.advance(ms);
      await turn();
    },
  };
}

function failed(key: string, error: unknown): never {
  throw new Error(`the work on ${key} failed`, { cause: error });
}

test('a key that is added often waits once and is worked on once', async () => {
  const { queue } = scene();
  const worked: string[] = [];
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key);
  const run = queue.run(async (key) => void worked.push(key), { workers: 1, failed });
  await turn();
  assert.deepEqual(worked, ['a', 'b']);
  await queue.stop();
  await run;
});

test('a key that is added while it is worked on comes back, and never meets itself', async () => {
  const { queue } = scene();
  let live = 0;
  let most = 0;
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  const run = queue.run(
    async () => {
      runs++;
      most = Math.max(most, ++live);
      await gate.promise;
      live--;
    },
    { workers: 4, failed },
  );
  queue.add('a');
  await turn();
  queue.add('a');
  queue.add('a');
  await turn();
  assert.equal(runs, 1);
  gate.resolve();
  await turn();
  assert.deepEqual({ runs, most }, { runs: 2, most: 1 });
  await queue.stop();
  await run;
});

test('as many keys are worked on at once as there are workers', async () => {
  const { queue } = scene();
  const live = new Set<string>();
  const gate = Promise.withResolvers<void>();
  const run = queue.run(
    async (key) => {
      live.add(key);
      await gate.promise;
    },
    { workers: 2, failed },
  );
  for (const key of ['a', 'b', 'c']) queue.add(key);
  await turn();
  assert.deepEqual([...live], ['a', 'b']);
  gate.resolve();
  await turn();
  assert.deepEqual([...live], ['a', 'b', 'c']);
  await queue.stop();
  await run;
});

test('of two delays the earlier one stands, and adding at once does not take it away', async () => {
  const { queue, pass } = scene();
  let runs = 0;
  const run = queue.run(async () => void runs++, { workers: 1, failed });
  queue.addAfter('a', 5_000);
  queue.addAfter('a', 1_000);
  queue.addAfter('a', 3_000);
  queue.add('a');
  await turn();
  assert.equal(runs, 1, 'at once');
  await pass(999);
  assert.equal(runs, 1);
  await pass(1);
  assert.equal(runs, 2, 'after the shortest delay');
  await pass(60_000);
  assert.equal(runs, 2, 'the others were replaced by it');
  await queue.stop();
  await run;
});

test('backoff doubles up to its bound and begins anew when forgotten', async () => {
  const { queue, clock, pass } = scene({ backoff: { baseMs: 1_000, maxMs: 4_000 } });
  const at: number[] = [];
  const run = queue.run(
    async (key) => {
      at.push(clock.elapsed());
      if (at.length === 5) queue.forget(key);
      queue.addBackoff(key);
    },
    { workers: 1, failed },
  );
  queue.add('a');
  await turn();
  for (let second = 0; second < 13; second++) await pass(1_000);
  assert.deepEqual(at, [0, 1_000, 3_000, 7_000, 11_000, 12_000]);
  await queue.stop();
  await run;
});

test('backoff is spread by at most a tenth', async () => {
  const { queue, clock, pass } = scene({ random: () => 0.999 });
  let ranAt: number | undefined;
  const run = queue.run(
    async () => {
      ranAt = clock.elapsed();
    },
    { workers: 1, failed },
  );
  queue.addBackoff('a');
  await pass(1_099);
  assert.equal(ranAt, undefined);
  await pass(1);
  assert.equal(ranAt, 1_100);
  await queue.stop();
  await run;
});

test('a worker that throws is heard, and its key comes back with backoff', async () => {
  const { queue, pass } = scene();
  const heard: string[] = [];
  let runs = 0;
  const run = queue.run(
    async () => {
      if (++runs === 1) throw new Error('no luck');
    },
    { workers: 1, failed: (key, error) => heard.push(`${key}: ${String(error)}`) },
  );
  queue.add('a');
  await turn();
  assert.deepEqual(heard, ['a: Error: no luck']);
  await pass(1_000);
  assert.equal(runs, 2);
  await queue.stop();
  await run;
});

test('a delay longer than a Node timer can wait is waited for', async () => {
  const { queue, pass } = scene();
  let runs = 0;
  const run = queue.run(async () => void runs++, { workers: 1, failed });
  const day = 86_400_000;
  queue.addAfter('a', 30 * day);
  await pass(24 * day);
  assert.equal(runs, 0);
  await pass(6 * day);
  assert.equal(runs, 1);
  await queue.stop();
  await run;
});

test('stopping aborts the running work, waits for it, and takes nothing more', async () => {
  const { queue, clock, pass } = scene();
  const gate = Promise.withResolvers<void>();
  let aborted = false;
  const worked: string[] = [];
  const run = queue.run(
    async (key, signal) => {
      worked.push(key);
      await gate.promise;
      aborted = signal.aborted;
    },
    { workers: 1, failed },
  );
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 1_000);
  await turn();
  let stopped = false;
  const stop = queue.stop().then(() => {
    stopped = true;
  });
  queue.add('d');
  await turn();
  assert.equal(stopped, false, 'the work still runs');
  gate.resolve();
  await Promise.all([stop, run]);
  assert.equal(aborted, true);
  await clock.sleepers(0);
  await pass(10_000);
  assert.deepEqual(worked, ['a']);
});
