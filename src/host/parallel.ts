/**
 * Runs `work` for each item, at most `limit` at once, pulling items as it goes. The first error stops the pulling and
 * rejects once the items under way have ended, so that nothing is left running.
 */
export async function forEachParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (!failure) {
      const next = await source.next();
      if (next.done) return;
      await work(next.value);
    }
  };
  await Promise.all(
    Array.from({ length: limit }, () =>
      worker().catch((error: unknown) => {
        failure ??= { error };
      }),
    ),
  );
  if (failure) throw failure.error;
}

/**
 * Works that don't wait for each other, at once. The first that fails ends the others by the signal that they are given,
 * and rejects once they have ended, so that nothing is left running. What may not be left half-way takes no signal of it.
 */
export async function sideBySide<T extends readonly unknown[]>(
  signal: AbortSignal,
  ...works: { readonly [N in keyof T]: (signal: AbortSignal) => Promise<T[N]> }
): Promise<T> {
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  let failure: { readonly error: unknown } | undefined;
  const results = await Promise.all(
    works.map((work) =>
      work(until).catch((error: unknown) => {
        failure ??= { error };
        ended.abort(error);
      }),
    ),
  );
  if (failure) throw failure.error;
  return results as unknown as T;
}
