import { messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import { apiVersionOf, type KubeObject, keyOf, type Resource, withoutManagedFields } from './objects.ts';

export interface ObjectCache<T extends KubeObject, Raw extends KubeObject = T> {
  get(key: string): T | undefined;
  all(): Iterable<T>;
  size(): number;
  /** What the cache keeps of an object. */
  prune(object: Raw): T;
  /** Takes an object that is pruned. */
  put(object: T): void;
  remove(object: KubeObject): void;
  /** A new complete list: what was not put by the time it is finished is gone. Unfinished, nothing is. */
  relist(): { put(object: T): void; finish(): void };
}

export interface ObjectCacheOptions<T extends KubeObject, Raw extends KubeObject = T> {
  readonly resource: Resource;
  readonly log: Log;
  readonly keep?: ((object: Raw) => T) | undefined;
  readonly onChange: (change: {
    readonly key: string;
    readonly before: T | undefined;
    readonly after: T | undefined;
  }) => void;
}

export function createObjectCache<T extends KubeObject, Raw extends KubeObject = T>(
  options: ObjectCacheOptions<T, Raw>,
): ObjectCache<T, Raw> {
  const { resource, log, keep = (object) => withoutManagedFields(object) as unknown as T, onChange } = options;
  const objects = new Map<string, T>();
  const apiVersion = apiVersionOf(resource);

  /** Who listens must not end the watch, nor the process: the object is in the cache, and that counts. */
  function tell(key: string, before: T | undefined, after: T | undefined): void {
    try {
      onChange({ key, before, after });
    } catch (error) {
      log.error({ resource: resource.plural, key }, `a change was not taken: ${messageOf(error)}`);
    }
  }

  function prune(object: Raw): T {
    // The items of a built-in resource's list have neither, those of its watch have both.
    const whole = object.kind === undefined ? { apiVersion, kind: resource.kind, ...object } : object;
    try {
      return keep(whole);
    } catch (error) {
      log.error({ resource: resource.plural, key: keyOf(object) }, `kept whole: ${messageOf(error)}`);
      return whole as unknown as T;
    }
  }

  const cache: ObjectCache<T, Raw> = {
    get: (key) => objects.get(key),
    all: () => objects.values(),
    size: () => objects.size,
    prune,
    put(object) {
      const key = keyOf(object);
      const before = objects.get(key);
      if (before && before.metadata.resourceVersion === object.metadata.resourceVersion) return;
      objects.set(key, object);
      tell(key, before, object);
    },
    remove(object) {
      const key = keyOf(object);
      const before = objects.get(key);
      if (objects.delete(key)) tell(key, before, undefined);
    },
    relist() {
      const seen = new Set<string>();
      return {
        put(object) {
          seen.add(keyOf(object));
          cache.put(object);
        },
        finish() {
          for (const object of objects.values()) if (!seen.has(keyOf(object))) cache.remove(object);
        },
      };
    },
  };
  return cache;
}
