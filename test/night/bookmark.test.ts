import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import type { Source } from '../../src/store/store.ts';
import { openScene } from './scene.ts';
import { unzipped } from './truth.ts';

const UID = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e01';
const refused = (): Promise<never> => Promise.reject(new Failure('RootNoAccess', 'nothing is to be seen there'));

test('a bookmark that is refused ends the night where it lists, with what was finished before it on record', async () => {
  await using scene = await openScene();
  const report = await scene.night({ wrapSource: (source): Source => ({ ...source, bookmark: refused }) });
  assert.deepEqual([report.reason, report.stage, report.backup], ['RootNoAccess', 'Listing', undefined]);
  const [record] = (await scene.inventory()).records.records;
  assert.deepEqual([record?.record.state, record?.record.report?.reason], ['finished', 'RootNoAccess']);
});

test('a retry that has nothing to list does not mind it', async () => {
  await using scene = await openScene();
  const first = await scene.night({ slot: UID });
  const second = await scene.night({ slot: UID, wrapSource: (source): Source => ({ ...source, bookmark: refused }) });
  assert.deepEqual([second.result, second.runId], ['Succeeded', first.runId]);
});

test('what moves between the bookmark and the listing is in the backup once', async () => {
  await using scene = await openScene();
  const report = await scene.night({
    wrapSource: (source): Source => ({
      ...source,
      async bookmark(signal) {
        const bookmark = await source.bookmark(signal);
        scene.emulator.tree.move('/CASES/USA002_Client 2', '/CASES/USA002_Renamed');
        return bookmark;
      },
    }),
  });
  assert.equal(report.result, 'Succeeded', report.message);
  const names = [...(await unzipped(scene.emulator, report.backup?.path ?? '')).keys()].filter((name) =>
    name.includes('USA002_'),
  );
  assert.ok(names.length > 0 && names.every((name) => name.startsWith('USA002_Renamed/')), names.join('\n'));
});
