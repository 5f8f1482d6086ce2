import type { Clock } from '../host/clock.ts';
import { messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient, ListPage, WatchEvent } from './client.ts';
import { hasReason, KubeError } from './kube-error.ts';
import { createObjectCache } from './object-cache.ts';
import type { KubeObject, Resource } from './objects.ts';
import { hadItsPause, isGone, restartDelay } from './restart-delay.ts';
import { untilSilent } from './silence.ts';

/**
 * A local copy of a collection, kept by one list and a watch that never ends:
 * - list once, page by page; then watch from its version on, with bookmarks, so that the version stays fresh;
 * - a watch that ends, breaks or falls silent is resumed at the last version seen: no list;
 * - a version that the server has forgotten (410, as a status or in the stream) means listing again;
 * - everything else is tried again with backoff, for ever. An hour in which nothing happens has no list at all.
 */
export interface Reflector<T extends KubeObject> {
  get(key: string): T | undefined;
  list(): Iterable<T>;
  /** Resolves after the first complete list. Stays open when stopped before. */
  readonly synced: Promise<void>;
  /** The same, or when the server refuses to give it. */
  readonly settled: Promise<void>;
  /** In what words the server refuses the collection: a right that is missing, or was taken away. */
  refusal(): string | undefined;
  isSynced(): boolean;
  /** Forgets what it knows of the server and lists again; not synced until then. */
  relist(): void;
  /** clock.elapsed() of the last page, watch line or end of a watch by the server. */
  lastContact(): number | undefined;
  /** Resolves when its request has ended. */
  stop(): Promise<void>;
}

export interface Change<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

export interface ReflectorMetrics {
  /** Zero from the start: a counter that first appears with its first increase hides it from rate(). */
  watching(resource: string): void;
  /** A watch ended by anything but the server's own time limit. */
  watchRestarted(resource: string): void;
}

export interface ReflectorOptions<T extends KubeObject, Raw extends KubeObject = T> {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** An object that ceases to match is gone from the cache, as if it were deleted. */
  readonly fieldSelector?: string | undefined;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics?: ReflectorMetrics | undefined;
  /** What the cache keeps of an object; without it, all but managedFields. One that makes something else must not throw. */
  readonly keep?: ((object: Raw) => T) | undefined;
  /** Hears when the server begins to refuse the collection, and when it has given it (again). */
  readonly onRefusal?: ((refusal: string | undefined) => void) | undefined;
  /** Hears of every object added, changed (another resourceVersion) or gone. What it throws is logged. */
  readonly onChange: (change: Change<T>) => void;
}

/** A page of Jobs is about 2 MB of JSON, and no more than one is in memory at a time. client-go's size as well. */
const PAGE_SIZE = 500;
/** A server that can't give a page within the deadline is asked for half as much, down to this. */
const SMALLEST_PAGE = 50;
/** client-go: 5 to 10 minutes, at random, so that watches that began together don't end together. */
const WATCH_SECONDS = { least: 300, spread: 300 };
/** A bookmark comes about every minute; two missing ones are a connection that lost its other end. */
const LONGEST_SILENCE_MS = 150_000;
/** A server that has just started knows no roles yet and refuses everything for a second or two. */
const MOST_PASSING_REFUSALS = 3;
/**
 * So many faults in a row are no cut connection. Nobody tells what was done to etcd while no server ran: after a restore
 * there may be fewer objects, and versions that have grown past the newest one by the time that it is seen.
 */
const SERVER_WAS_AWAY = 2;
/** A watch that the server ends sooner, without a line, is refused rather than over. */
const SHORTEST_WATCH_MS = 1_000;

export function startReflector<T extends KubeObject, Raw extends KubeObject = T>(
  options: ReflectorOptions<T, Raw>,
): Reflector<T> {
  const { client, resource, namespace, labelSelector, fieldSelector, log, clock, metrics } = options;
  const selected = { namespace, labelSelector, fieldSelector };
  const cache = createObjectCache(options);
  const stopped = new AbortController();
  const synced = Promise.withResolvers<void>();
  const settled = Promise.withResolvers<void>();
  let isSynced = false;
  let refusal: string | undefined;
  /** In a row. */
  let refusals = 0;
  let version: string | undefined;
  /** Of the watch that is open. */
  let cut = new AbortController();
  let contact: number | undefined;
  let failures = 0;
  let pausedMs = 0;
  /** In a row, since a list or a line of a watch. */
  let watchFaults = 0;
  let pageSize = PAGE_SIZE;
  metrics?.watching(resource.plural);

  async function list(): Promise<string> {
    const relist = cache.relist();
    for (let token: string | undefined; ; ) {
      const answer = await listPage(token);
      contact = clock.elapsed();
      for (const object of answer.items) relist.put(object);
      token = answer.continue;
      if (token) continue;
      relist.finish();
      pageSize = PAGE_SIZE;
      return answer.resourceVersion;
    }
  }

  async function listPage(token: string | undefined): Promise<ListPage<T>> {
    const page = { limit: pageSize, continue: token, signal: stopped.signal };
    try {
      return await client.list<T, Raw>(resource, { ...selected, ...page, keep: cache.prune });
    } catch (error) {
      if (hasReason(error, 'Timeout')) pageSize = Math.max(SMALLEST_PAGE, Math.floor(pageSize / 2));
      throw error;
    }
  }

  function take({ type, object }: WatchEvent<Raw>): void {
    failures = 0;
    watchFaults = 0;
    refusals = 0;
    contact = clock.elapsed();
    if (type === 'DELETED') cache.remove(object);
    else if (type !== 'BOOKMARK') cache.put(cache.prune(object));
    version = object.metadata.resourceVersion ?? version;
  }

  /** Resolves when the server's time limit ended the watch. */
  async function watch(resourceVersion: string): Promise<void> {
    const start = clock.elapsed();
    let spokeAt: number | undefined;
    cut = new AbortController();
    const { signal } = cut;
    const ended = new AbortController();
    const stop = (): void => cut.abort();
    stopped.signal.addEventListener('abort', stop, { once: true });
    const silence = untilSilent(() => spokeAt ?? start, LONGEST_SILENCE_MS, clock, ended.signal).then((isSilent) => {
      if (isSilent) cut.abort();
      return isSilent;
    });
    const timeoutSeconds = WATCH_SECONDS.least + Math.floor(Math.random() * WATCH_SECONDS.spread);
    const request = { ...selected, resourceVersion, timeoutSeconds, signal };
    try {
      await client.watch<Raw>(resource, request, (event) => {
        spokeAt = clock.elapsed();
        take(event);
      });
    } catch (error) {
      ended.abort();
      if (hadItsPause(clock.elapsed() - start, pausedMs, error)) failures = 0;
      if (!(await silence)) throw error;
      throw new KubeError('Timeout', `the watch of ${resource.plural} was silent for ${LONGEST_SILENCE_MS / 1000} s`);
    } finally {
      ended.abort();
      stopped.signal.removeEventListener('abort', stop);
    }
    if (spokeAt === undefined && clock.elapsed() - start < SHORTEST_WATCH_MS) {
      throw new KubeError('Unreachable', `the watch of ${resource.plural} ended at once, without a line`);
    }
    failures = 0;
    contact = clock.elapsed();
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      try {
        if (version === undefined) {
          version = await list();
          watchFaults = 0;
          const wasSynced = isSynced;
          isSynced = true;
          synced.resolve();
          refused(undefined, !wasSynced);
          log.debug({ resource: resource.plural, objects: cache.size() }, 'listed');
        }
        await watch(version);
      } catch (error) {
        if (stopped.signal.aborted) return;
        failures++;
        metrics?.watchRestarted(resource.plural);
        refusals = hasReason(error, 'Forbidden') ? refusals + 1 : 0;
        if (hasReason(error, 'Forbidden')) {
          contact = clock.elapsed();
          if (!isSynced || refusals > MOST_PASSING_REFUSALS) {
            // What there is meanwhile can't be known.
            version = undefined;
            refused(error.message);
          }
        }
        if (version !== undefined) watchFaults += 1;
        if (isGone(error) || watchFaults >= SERVER_WAS_AWAY) version = undefined;
        await pause(error);
      }
    }
  }

  function refused(words: string | undefined, isFirst = false): void {
    const isNews = isFirst || (words === undefined) !== (refusal === undefined);
    refusal = words;
    settled.resolve();
    if (isNews) options.onRefusal?.(words);
  }

  async function pause(error: unknown): Promise<void> {
    const waitMs = restartDelay(failures, error, Math.random());
    pausedMs = waitMs;
    const reason = error instanceof KubeError ? error.reason : 'Unexpected';
    log.warn({ resource: resource.plural, reason, failures, waitMs }, messageOf(error));
    try {
      await clock.sleep(waitMs, stopped.signal);
    } catch (abort) {
      if (!stopped.signal.aborted) throw abort;
    }
  }

  const done = run();
  return {
    get: cache.get,
    list: cache.all,
    synced: synced.promise,
    settled: settled.promise,
    refusal: () => refusal,
    relist() {
      isSynced = false;
      version = undefined;
      cut.abort();
    },
    isSynced: () => isSynced,
    lastContact: () => contact,
    async stop() {
      stopped.abort();
      await done;
    },
  };
}
