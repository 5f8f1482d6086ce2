import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostCallsOf } from '../../../src/backup/listing/list-whole.ts';
import { openFixture } from '../../store/dropbox-fixture.ts';
import { listedPlan } from './listed-plan.ts';

test('20,000 cases of two files are listed in 60 calls, 45 of them in a row', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.generate({ path: '/CASES', cases: 20_000, filesPerCase: 2 });
  const { files, rounds, gaveUp } = await listedPlan(fixture.at('/CASES'));
  assert.deepEqual([files.length, rounds, gaveUp], [40_000, 1, undefined]);
  const calls = (route: string): number => fixture.emulator.stats().routes[`files/${route}`]?.requests ?? 0;
  // The top in 10 pages of 2,000, everything in 31, and 16 cases by themselves, side by side.
  assert.equal(calls('list_folder'), 1 + 1 + 16);
  // The last one tells that nothing has changed meanwhile.
  assert.equal(calls('list_folder/continue'), 9 + 30 + 1);
  assert.equal(calls('list_folder/get_latest_cursor'), 1);
});

const DROPBOX = { listingsAtOnce: 16, entriesPerCall: 2000 };

for (const [cases, expectedFiles, calls, why] of [
  [16, undefined, undefined, 'so few are listed side by side in the time of one call'],
  [17, undefined, 32, 'what is over in some seconds is tried'],
  [30, 1_000_000, undefined, 'one chain of 500 calls takes longer than 30 of 17 each'],
  [20_000, undefined, 1250, 'nothing is known of a first night, so it is tried for as long as the other way takes'],
  [20_000, 1_000_000, 1250, '500 calls in a row are fewer than 1,250'],
  [20_000, 3_000_000, undefined, '1,500 calls in a row are more than 1,250'],
] as const)
  test(`${cases} cases and ${expectedFiles ?? 'nobody knows how many'} files: ${why}`, () => {
    assert.equal(mostCallsOf(cases, expectedFiles, DROPBOX), calls);
  });

test('a listing of all that is longer than that of each case is given up', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.generate({ path: '/CASES', cases: 20, filesPerCase: 10 });
  const times = Number.POSITIVE_INFINITY;
  for (const route of ['files/list_folder', 'files/list_folder/continue'])
    fixture.emulator.faults.add({ route, times, effect: { kind: 'pageLimit', entries: 6 } });
  const { files, gaveUp } = await listedPlan(fixture.at('/CASES'));
  assert.deepEqual([files.length, gaveUp], [200, 'it is longer than 32 pages']);
});

test('cases that show no files are looked at by themselves, sixteen at once with those whose turn it is', async () => {
  await using fixture = await openFixture();
  fixture.emulator.tree.generate({ path: '/CASES', cases: 40, filesPerCase: 2 });
  for (const name of ['A', 'B', 'C']) fixture.emulator.tree.folder(`/CASES/${name}`);
  const looks: string[] = [];
  const sixteen = Promise.withResolvers<void>();
  fixture.emulator.faults.onRequest(async ({ route, paths: [path = ''] }) => {
    if (route !== 'files/list_folder' || path === '/CASES') return;
    if (looks.push(path) === 16) sixteen.resolve();
    await sixteen.promise;
  });
  await listedPlan(fixture.at('/CASES'));
  for (const name of ['A', 'B', 'C']) assert.ok(looks.includes(`/CASES/${name}`));
  assert.ok(looks.length <= 3 + 16);
});
