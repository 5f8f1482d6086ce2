import pLimit from 'p-limit';
import type { Clock } from '../host/clock.ts';
import { messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from './client.ts';
import { type EventFields, type EventObject, eventKey, eventObject, inSeries } from './event-object.ts';
import { hasReason, KubeError } from './kube-error.ts';
import type { KubeObject } from './objects.ts';
import { EVENTS } from './resources.ts';

/**
 * Tells people what happened to an object, where `kubectl describe` shows it. What is said again about the same object
 * becomes a count on the first event. An event is worth a minute of trying and no more: nothing waits for it, and one
 * that can't be written is a log line.
 */
export interface Recorder {
  /** Never throws. `regarding` needs apiVersion, kind, name, namespace and uid. */
  event(regarding: KubeObject, fields: EventFields): void;
  /** Writes what still waits, at once, and resolves when everything is written or given up. */
  flush(): Promise<void>;
}

export interface RecorderOptions {
  readonly client: KubeClient;
  /** A qualified name such as `casebackup.io/controller`; also the field manager. */
  readonly controller: string;
  /** The pod. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Between two writes of one event: a failing loop becomes a count that rises, not a stream of writes. */
const SERIES_INTERVAL_MS = 30_000;
const RETRY_MS = 5_000;
const DEADLINE_MS = 60_000;
/** The API server keeps an event for an hour after its last write; after that it is a new one. */
const REMEMBER_MS = 3_600_000;
const MOST_REMEMBERED = 1_000;
const WRITES_AT_ONCE = 4;

interface Entry {
  readonly event: EventObject;
  /** There is one of it, whoever writes it: created, not applied. */
  readonly isOnce: boolean;
  count: number;
  lastAt: Date;
  /** clock.elapsed() of the last time seen, and of the last write. */
  seenAt: number;
  writtenAt: number | undefined;
  /** Running while there is something to write. */
  writing: Promise<void> | undefined;
  writtenCount: number;
}

export function createRecorder({ client, controller, instance, clock, log }: RecorderOptions): Recorder {
  const entries = new Map<string, Entry>();
  const limit = pLimit(WRITES_AT_ONCE);
  /** Aborts the waiting between writes. */
  let hurry = new AbortController();

  function remember(key: string, regarding: KubeObject, fields: EventFields): Entry {
    const now = clock.elapsed();
    let entry = entries.get(key);
    if (!entry || now - entry.seenAt > REMEMBER_MS) {
      const event = eventObject(regarding, fields, { controller, instance, at: clock.now() });
      entry = {
        event,
        isOnce: fields.once !== undefined,
        count: 0,
        lastAt: clock.now(),
        seenAt: now,
        writtenAt: undefined,
        writing: undefined,
        writtenCount: 0,
      };
    }
    if (entry.isOnce && entry.count > 0) return entry;
    entry.count++;
    entry.lastAt = clock.now();
    entry.seenAt = now;
    // The last in the order of the map is the one seen last.
    entries.delete(key);
    entries.set(key, entry);
    for (const [oldest, { writing }] of entries) {
      if (entries.size <= MOST_REMEMBERED) break;
      if (!writing) entries.delete(oldest);
    }
    return entry;
  }

  async function writeAll(entry: Entry): Promise<void> {
    while (entry.writtenCount < entry.count) {
      if (entry.writtenAt !== undefined) await pause(entry.writtenAt + SERIES_INTERVAL_MS - clock.elapsed());
      await limit(() => write(entry));
      entry.writtenAt = clock.elapsed();
    }
    // Not in a `finally` outside: an event that came in between would find a writer that has nothing more to do.
    entry.writing = undefined;
  }

  async function write(entry: Entry): Promise<void> {
    const deadline = clock.elapsed() + DEADLINE_MS;
    for (;;) {
      const count = entry.count;
      try {
        if (entry.isOnce) await createOnce(entry.event);
        else
          await client.apply(EVENTS, inSeries(entry.event, count, entry.lastAt), {
            fieldManager: controller,
            force: true,
          });
        entry.writtenCount = count;
        return;
      } catch (error) {
        if (!isWorthRetrying(error) || hurry.signal.aborted || clock.elapsed() + RETRY_MS > deadline) {
          entry.writtenCount = count;
          log.warn(
            { reason: entry.event.reason, regarding: entry.event.regarding.name },
            `event dropped: ${messageOf(error)}`,
          );
          return;
        }
        await pause(RETRY_MS);
      }
    }
  }

  async function createOnce(event: EventObject): Promise<void> {
    try {
      await client.create(EVENTS, event, { fieldManager: controller });
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
    }
  }

  async function pause(ms: number): Promise<void> {
    const { signal } = hurry;
    if (ms <= 0 || signal.aborted) return;
    try {
      await clock.sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return {
    event(regarding, fields) {
      const entry = remember(eventKey(regarding, fields), regarding, fields);
      entry.writing ??= writeAll(entry);
    },
    async flush() {
      hurry.abort();
      await Promise.all([...entries.values()].map((entry) => entry.writing));
      hurry = new AbortController();
    },
  };
}

/** No answer, or one that says "later" or "again"; 401 is a token that has just been replaced. A refused event stays one. */
const LATER: ReadonlySet<number> = new Set([401, 408, 409, 429]);

function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  return error.status === undefined || error.status >= 500 || LATER.has(error.status);
}
