import assert from 'node:assert/strict';
import type { Source, Store } from '../../../src/store/store.ts';
import { applied, drained, fileAt, inChunks, listed, MIB, never, pattern, type Sentence } from './fixture.ts';

const CALLS: Readonly<Record<string, (store: Store & Source, signal: AbortSignal) => Promise<unknown>>> = {
  identify: (store, signal) => store.identify(signal),
  list: (store, signal) => applied(store.list('', { recursive: true }, signal)),
  stat: (store, signal) => store.stat('file.bin', signal),
  load: async (store, signal) => store.load(await fileAt(store, 'file.bin'), signal),
  stream: async (store, signal) => drained(store.stream(await fileAt(store, 'file.bin'), signal)),
  readRange: async (store, signal) => store.readRange(await fileAt(store, 'file.bin'), 0, 5, signal),
  write: (store, signal) => store.write('new.bin', inChunks(pattern(10)), {}, signal),
  makeFolder: (store, signal) => store.makeFolder('new', signal),
  put: (store, signal) => store.put('new.bin', pattern(10), 'absent', signal),
  move: async (store, signal) => store.move(await fileAt(store, 'file.bin'), 'new.bin', signal),
  remove: async (store, signal) => store.remove(await fileAt(store, 'file.bin'), signal),
  bookmark: (store, signal) => store.bookmark(signal),
  changes: (store, signal) => applied(store.changes('any', signal)),
  space: (store, signal) => store.space(signal),
  now: (store, signal) => store.now(signal),
};

export function abortingSentences(sentence: Sentence): void {
  for (const [name, call] of Object.entries(CALLS)) {
    sentence(`does nothing in ${name} once the signal has aborted`, async ({ store, seed }) => {
      await seed('file.bin', pattern(100));
      const reason = new Error('enough');
      await assert.rejects(call(store, AbortSignal.abort(reason)), (error) => error === reason);
      assert.deepEqual(await listed(store), ['file file.bin']);
    });
  }

  sentence('stops a stream between two chunks when the signal aborts', async ({ store, seed }) => {
    await seed('file.bin', pattern(20 * MIB));
    const stop = new AbortController();
    const stream = store.stream(await fileAt(store, 'file.bin'), stop.signal);
    assert.equal((await stream.next()).done, false);
    const reason = new Error('enough');
    stop.abort(reason);
    await assert.rejects(drained(stream), (error) => error === reason);
  });

  sentence('stops a write whose body never comes when the signal aborts, and leaves nothing', async ({ store }) => {
    const reachedWaiting = Promise.withResolvers<void>();
    async function* body(): AsyncGenerator<Buffer, void, void> {
      yield pattern(5 * MIB);
      reachedWaiting.resolve();
      await new Promise<never>(() => undefined);
    }
    const stop = new AbortController();
    const reason = new Error('enough');
    const writing = store.write('incoming/run.zip', body(), {}, stop.signal);
    writing.catch(() => undefined);
    await reachedWaiting.promise;
    stop.abort(reason);
    await assert.rejects(writing, (error) => error === reason);
    assert.equal(await store.stat('incoming/run.zip', never), undefined);
  });
}
