import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, ApiError, type ApiObject } from './api-client.ts';

interface Listed<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/**
 * Tells of every object of a collection, now and whenever it changes or is gone, until `signal` aborts; also over
 * restarts of the API server: it lists again after every end of a watch, so `on` also gets objects that it has had.
 */
export async function follow<T extends ApiObject>(
  api: ApiClient,
  path: string,
  on: (object: T, gone: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Map<string, T>();
  const tell = (object: T, gone: boolean): void => {
    if (gone) seen.delete(object.metadata.uid);
    else seen.set(object.metadata.uid, object);
    on(object, gone);
  };
  while (!signal.aborted) {
    try {
      const { metadata, items } = await api.get<Listed<T>>(path);
      const there = new Set(items.map((item) => item.metadata.uid));
      for (const [uid, object] of seen) if (!there.has(uid)) tell(object, true);
      for (const item of items) tell(item, false);
      const from = `${path}${path.includes('?') ? '&' : '?'}resourceVersion=${metadata.resourceVersion}`;
      await api.watch<T>(
        from,
        ({ type, object }) => {
          if (type !== 'ERROR' && type !== 'BOOKMARK') tell(object, type === 'DELETED');
        },
        signal,
      );
    } catch (error) {
      // Refused, reset, 410, 429, 503: the next list decides. A path that is wrong stays wrong.
      if (error instanceof ApiError && [400, 403, 404].includes(error.status)) throw error;
    }
    await delay(100, undefined, { signal }).catch(() => undefined);
  }
}
