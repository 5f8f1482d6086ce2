import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeenRequest } from '../dropbox/faults.ts';
import { makeEarlier, openDropboxPlace } from './dropbox-place.ts';
import { backupsIn, judgeHealed, judgeKilled, noVerdicts, recordsIn } from './judge.ts';

/** The first request that only this stage makes. */
const STAGES: Readonly<Record<string, (request: SeenRequest) => boolean>> = {
  list: ({ route, paths }) => route === 'files/list_folder' && paths.some((path) => /^\/cases/i.test(path)),
  archive: ({ route, paths }) => route === 'files/download' && paths.some((path) => /^\/cases/i.test(path)),
  verify: ({ route, paths }) => route === 'files/download' && paths.some((path) => path.includes('/incoming/')),
  commit: ({ route }) => route === 'files/move_v2',
  prune: ({ route, paths }) => route === 'files/delete_v2' && paths.some((path) => path.endsWith('_backup.zip')),
};

const SLOT = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e01';
const PATIENCE_MS = 25_000;
const earlier = await makeEarlier();

for (const [stage, isReached] of Object.entries(STAGES)) {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    if (signal === 'SIGINT' && stage !== 'archive') continue;
    test(`${signal} at the stage "${stage}" ends the run with ${code}, on record, and the next one is good`, {
      timeout: 120_000,
    }, async () => {
      await using place = await openDropboxPlace(earlier);
      const verdicts = noVerdicts();
      const before = await backupsIn(place);
      const job = place.run(SLOT);
      let sentAt: number | undefined;
      const disarm = place.emulator.faults.onRequest((request) => {
        if (sentAt !== undefined || !isReached(request)) return;
        sentAt = performance.now();
        job.process.kill(signal);
      });
      const ended = await job.ended;
      disarm();
      assert.ok(sentAt !== undefined, 'the stage was not reached');
      assert.ok(performance.now() - sentAt < PATIENCE_MS);
      assert.deepEqual([ended.code, ended.signal], [code, null], ended.stderr);

      await judgeKilled(place, stage, before, verdicts);
      const [record] = (await recordsIn(place)).filter(({ slot }) => slot === SLOT);
      const isPlaced = [...(await backupsIn(place)).keys()].some((name) => !before.has(name));
      if (stage === 'commit') assert.ok(record?.archives, 'the record names the backup that may be in place');
      else if (isPlaced) assert.deepEqual([record?.state, record?.report?.result], ['finished', 'Succeeded']);
      else assert.deepEqual([record?.state, record?.report?.result], ['finished', 'Interrupted']);
      assert.equal(isPlaced && stage !== 'commit', stage === 'prune');

      const next = await place.run(SLOT).ended;
      assert.equal(next.code, 0, next.stderr);
      await judgeHealed(place, stage, { slot: SLOT, before }, verdicts);
      assert.deepEqual(verdicts, noVerdicts());
    });
  }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`A second ${signal} ends a run at once that is still tidying up`, { timeout: 60_000 }, async () => {
    await using place = await openDropboxPlace(earlier);
    const { faults } = place.emulator;
    const job = place.run(SLOT);
    const tidyingUp = Promise.withResolvers<void>();
    let isSent = false;
    faults.onRequest(({ route }) => {
      if (isSent) tidyingUp.resolve();
      if (isSent || route !== 'files/download') return;
      isSent = true;
      faults.add({ route: '*', times: Number.POSITIVE_INFINITY, effect: { kind: 'hang', at: 'headers' } });
      job.process.kill(signal);
    });
    await tidyingUp.promise;
    const start = performance.now();
    job.process.kill(signal);
    const { code } = await job.ended;
    assert.equal(code, signal === 'SIGTERM' ? 143 : 130);
    assert.ok(performance.now() - start < 2000, `it took ${performance.now() - start} ms`);
  });
}
