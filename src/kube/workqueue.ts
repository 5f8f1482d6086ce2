import type { Clock } from '../host/clock.ts';

/**
 * Keys to look at, each once however often it was added:
 * - a key waits at most once, and is never with two workers at a time: added while it runs, it comes back after that;
 * - a delay only adds; of two delays for one key the earlier stands, and an `add` in between does not take it away, so
 *   no wake-up is lost to an event that turned out to mean nothing;
 * - backoff doubles from base to max with up to a tenth of jitter, for each key, until `forget`; it is never longer than
 *   twice the time since the first failure, since a burst of events makes a burst of failures, and five in one second
 *   say no more than one.
 */
export interface Workqueue {
  add(key: string): void;
  addAfter(key: string, ms: number): void;
  addBackoff(key: string): void;
  /** The key went well: its next backoff begins at the base again. */
  forget(key: string): void;
  /** Ends when `stop` was called and the running work has ended. Called once. */
  run(worker: Worker, options: RunOptions): Promise<void>;
  /** Takes nothing new, aborts the workers' signal and resolves when the running ones have ended. */
  stop(): Promise<void>;
}

export type Worker = (key: string, signal: AbortSignal) => Promise<void>;

export interface RunOptions {
  readonly workers: number;
  /** Hears what a worker threw; the key has then been added with backoff. */
  readonly failed: (key: string, error: unknown) => void;
}

export interface WorkqueueMetrics {
  added(): void;
  retried(): void;
  started(waitedMs: number): void;
  finished(tookMs: number): void;
  /** What is read at a scrape: keys waiting, and how long each running one has run, in ms. */
  observe(state: () => { readonly depth: number; readonly runningMs: readonly number[] }): void;
}

export interface WorkqueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random?: (() => number) | undefined;
  readonly metrics?: WorkqueueMetrics | undefined;
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number } | undefined;
}

/** The longest that a Node timer can wait is 24.8 days (2³¹-1 ms); beyond it fires at once. */
const LONGEST_DELAY_MS = 24 * 86_400_000;

export function createWorkqueue(options: WorkqueueOptions): Workqueue {
  const { clock, metrics, random = Math.random, backoff = { baseMs: 1_000, maxMs: 300_000 } } = options;
  /** Since when each waits, in the order of arrival. */
  const waiting = new Map<string, number>();
  const running = new Map<string, { readonly since: number; readonly ended: Promise<void> }>();
  const delayed = new Map<string, { readonly due: number; readonly cancel: AbortController }>();
  const failures = new Map<string, { readonly since: number; readonly count: number }>();
  const stopped = new AbortController();
  const ended = Promise.withResolvers<void>();
  let pump = (): void => undefined;

  metrics?.observe(() => ({
    depth: waiting.size,
    runningMs: [...running.values()].map(({ since }) => clock.elapsed() - since),
  }));

  const queue: Workqueue = {
    add(key) {
      if (stopped.signal.aborted || waiting.has(key)) return;
      waiting.set(key, clock.elapsed());
      metrics?.added();
      pump();
    },
    addAfter(key, ms) {
      if (stopped.signal.aborted) return;
      metrics?.retried();
      if (!(ms > 0)) {
        queue.add(key);
        return;
      }
      const due = clock.elapsed() + ms;
      const pending = delayed.get(key);
      if (pending && pending.due <= due) return;
      pending?.cancel.abort();
      const cancel = new AbortController();
      delayed.set(key, { due, cancel });
      void wake(key, due, cancel);
    },
    addBackoff(key) {
      const now = clock.elapsed();
      const { since, count } = failures.get(key) ?? { since: now, count: 0 };
      failures.set(key, { since, count: count + 1 });
      const most = Math.max(backoff.baseMs, 2 * (now - since));
      const delay = Math.min(backoff.maxMs, most, backoff.baseMs * 2 ** count);
      queue.addAfter(key, delay * (1 + random() / 10));
    },
    forget(key) {
      failures.delete(key);
    },
    run(worker, { workers, failed }) {
      pump = () => {
        for (const key of waiting.keys()) {
          if (running.size >= workers) return;
          if (!running.has(key)) start(key, worker, failed);
        }
      };
      pump();
      return ended.promise;
    },
    async stop() {
      stopped.abort();
      for (const { cancel } of delayed.values()) cancel.abort();
      delayed.clear();
      waiting.clear();
      await Promise.all([...running.values()].map((work) => work.ended));
      ended.resolve();
    },
  };

  async function wake(key: string, due: number, cancel: AbortController): Promise<void> {
    try {
      for (let left = due - clock.elapsed(); left > 0; left = due - clock.elapsed()) {
        await clock.sleep(Math.min(left, LONGEST_DELAY_MS), cancel.signal);
      }
    } catch (error) {
      if (cancel.signal.aborted) return;
      throw error;
    }
    delayed.delete(key);
    queue.add(key);
  }

  function start(key: string, worker: Worker, failed: RunOptions['failed']): void {
    const since = clock.elapsed();
    metrics?.started(since - (waiting.get(key) ?? since));
    waiting.delete(key);
    running.set(key, { since, ended: work(key, worker, failed, since) });
  }

  async function work(key: string, worker: Worker, failed: RunOptions['failed'], since: number): Promise<void> {
    try {
      await worker(key, stopped.signal);
    } catch (error) {
      queue.addBackoff(key);
      failed(key, error);
    } finally {
      metrics?.finished(clock.elapsed() - since);
      running.delete(key);
      pump();
    }
  }

  return queue;
}
