import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INCOMING_FOLDER, LEASE_FILE, RUNS_FOLDER } from '../../src/repository/names.ts';
import type { Store } from '../../src/store/store.ts';
import { openScene, type Scene } from './scene.ts';

/** Far past the lease. */
const FROZEN_MS = 600_000;

/** Freezes once, before the call that `at` names. */
function freezing(store: Store, at: (call: string, path: string) => boolean, freeze: () => Promise<void>): Store {
  let isOver = false;
  const before = async (call: string, path: string): Promise<void> => {
    if (isOver || !at(call, path)) return;
    isOver = true;
    await freeze();
  };
  return {
    ...store,
    async stat(path, signal) {
      await before('stat', path);
      return await store.stat(path, signal);
    },
    async *list(folder, options, signal) {
      await before('list', folder);
      yield* store.list(folder, options, signal);
      await before('after list', folder);
    },
    async put(path, bytes, expect, signal) {
      await before('put', path);
      return await store.put(path, bytes, expect, signal);
    },
    async write(path, body, options, signal) {
      await before('write', path);
      return await store.write(path, body, options, signal);
    },
    async move(from, to, signal) {
      await before('move', to);
      return await store.move(from, to, signal);
    },
  };
}

/** The upload stands, and the run goes no further until it may. */
function pausedAfterUpload(): { wrap(store: Store): Store; readonly uploaded: Promise<void>; goOn(): void } {
  const uploaded = Promise.withResolvers<void>();
  const allowed = Promise.withResolvers<void>();
  return {
    uploaded: uploaded.promise,
    goOn: allowed.resolve,
    wrap: (store) => ({
      ...store,
      async write(path, body, options, signal) {
        const file = await store.write(path, body, options, signal);
        uploaded.resolve();
        await allowed.promise;
        return file;
      },
    }),
  };
}

const left = ({ emulator }: Scene): string[] =>
  emulator.tree.files('/BACKUPS').filter((path) => path.includes(`/${INCOMING_FOLDER}/`));

const FREEZES: Readonly<Record<string, (call: string, path: string) => boolean>> = {
  'before it looked at the records': (call, path) => call === 'list' && path === RUNS_FOLDER,
  'after it had read the records': (call, path) => call === 'after list' && path === RUNS_FOLDER,
  'before it looked for uploads': (call, path) => call === 'list' && path === INCOMING_FOLDER,
  'after it had looked for uploads': (call, path) => call === 'after list' && path === INCOMING_FOLDER,
  'before its first record': (call, path) => call === 'put' && path.startsWith(RUNS_FOLDER),
  'before its upload': (call) => call === 'write',
  'before its commit': (call) => call === 'move',
};

for (const [when, at] of Object.entries(FREEZES)) {
  test(`a run that was frozen ${when} touches nothing of the one that has the lease by now, and leaves nothing behind`, {
    timeout: 120_000,
  }, async () => {
    await using scene = await openScene();
    assert.equal((await scene.night()).result, 'Succeeded');
    // What a run that died had left is the reason for which the frozen one looks.
    scene.emulator.tree.put(`/BACKUPS/${INCOMING_FOLDER}/20261101T030000Z-00000001.zip`, 'half');
    scene.clock.advance(86_400_000);
    const pause = pausedAfterUpload();
    let other: ReturnType<Scene['night']> | undefined;
    const stale = await scene.night({
      wrapDestination: (store) =>
        freezing(store, at, async () => {
          scene.clock.advance(FROZEN_MS);
          other = scene.night({ wrapDestination: pause.wrap });
          await pause.uploaded;
        }),
    });
    assert.deepEqual([stale.exitCode, stale.result], [11, 'Skipped'], `${stale.reason}: ${stale.message}`);
    const beside = left(scene);
    pause.goOn();
    const holder = await other;
    assert.equal(holder?.result, 'Succeeded', holder?.message);
    assert.deepEqual(beside, [`/BACKUPS/${INCOMING_FOLDER}/${holder.runId}.zip`]);
    assert.deepEqual(left(scene), []);
    const { backups, records } = await scene.inventory();
    assert.deepEqual(
      backups.map(({ status, proof }) => [status, proof?.record.runId]),
      [
        ['verified', scene.reports[0]?.runId],
        ['verified', holder.runId],
      ],
    );
    assert.deepEqual(
      records.records.filter(({ record }) => record.state !== 'finished'),
      [],
    );
    const lease = JSON.parse((await scene.emulator.tree.read(`/BACKUPS/${LEASE_FILE}`)).toString());
    assert.deepEqual([lease.runId, lease.ttlSeconds], [holder.runId, 0]);
  });
}
