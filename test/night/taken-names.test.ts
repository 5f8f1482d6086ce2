import assert from 'node:assert/strict';
import { lstatSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunReport } from '../../src/api/report.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import { INCOMING_FOLDER, localStamp, MOST_NAMES, nextName } from '../../src/repository/names.ts';
import type { Store } from '../../src/store/store.ts';
import { never, openDesk } from '../whole/in-process.ts';
import { openScene, type Scene } from './scene.ts';

const NAME = '2026-11-22_backup.zip';

/** The backup stands at another name than the one that was taken, its record says which, and it is proven. */
async function assertElsewhere(report: RunReport, destination: Store, taken: string): Promise<void> {
  assert.equal(report.result, 'Succeeded', report.message);
  const { backups, records } = await takeInventory(destination, never);
  const [made, ...others] = backups.filter(({ status }) => status === 'verified');
  assert.deepEqual(others, []);
  assert.ok(made);
  assert.notEqual(made.name, taken);
  assert.equal(made.name.slice(0, 10), taken.slice(0, 10));
  assert.equal(report.backup?.path, destination.locate(made.name));
  assert.deepEqual(
    records.records.map(({ record }) => [record.state, record.archives?.[0]?.name]),
    [['finished', made.name]],
  );
}

const IN_DROPBOX: Readonly<Record<string, (scene: Scene) => void>> = {
  'a folder': ({ emulator }) => void emulator.tree.folder(`/BACKUPS/${NAME}`),
  'a file': ({ emulator }) => void emulator.tree.put(`/BACKUPS/${NAME}`, 'not ours'),
  'a file in other letters': ({ emulator }) => void emulator.tree.put(`/BACKUPS/${NAME.toUpperCase()}`, 'not ours'),
};

for (const [what, take] of Object.entries(IN_DROPBOX)) {
  test(`when ${what} has today’s name in Dropbox, the backup gets the next free one`, async () => {
    await using scene = await openScene();
    take(scene);
    const before = scene.emulator.tree.files('/BACKUPS');
    await assertElsewhere(await scene.night(), scene.destination(), NAME);
    for (const path of before) assert.equal((await scene.emulator.tree.read(path)).toString(), 'not ours');
  });
}

const IN_A_FOLDER: Readonly<Record<string, (path: string) => void>> = {
  'a folder': (path) => mkdirSync(path),
  'a link to nothing': (path) => symlinkSync('/nowhere', path),
  'a link to a folder': (path) => symlinkSync('..', path),
  'a file': (path) => writeFileSync(path, 'not ours'),
};

for (const [what, take] of Object.entries(IN_A_FOLDER)) {
  test(`when ${what} has today’s name in a folder, the backup gets the next free one`, async () => {
    using desk = openDesk();
    writeFileSync(join(desk.source, 'letter.txt'), 'Dear client');
    const name = `${localStamp(new Date(), 'Etc/UTC').date}_backup.zip`;
    const path = desk.destination.locate(name);
    take(path);
    const { ino } = lstatSync(path);
    await assertElsewhere(await desk.backUp(), desk.destination, name);
    assert.equal(lstatSync(path).ino, ino);
  });
}

test('when a name is taken between the look and the move, the next one is on record before the move', async () => {
  await using scene = await openScene();
  const report = await scene.night({
    wrapDestination: (store) => ({
      ...store,
      async move(from, to, signal) {
        if (to === NAME) scene.emulator.tree.put(`/BACKUPS/${NAME}`, 'not ours');
        else {
          const [{ record } = assert.fail()] = (await takeInventory(store, never)).records.records;
          assert.deepEqual([record.state, record.archives?.[0]?.name], ['committing', to]);
        }
        return await store.move(from, to, signal);
      },
    }),
  });
  await assertElsewhere(report, scene.destination(), NAME);
});

test('a run that dies after its move to the second name is adopted at that name', async () => {
  await using scene = await openScene();
  scene.emulator.tree.folder(`/BACKUPS/${NAME}`);
  const outage = () => Promise.reject(new Error('the power is gone'));
  const dead = await scene.night({
    wrapDestination: (store) => ({
      ...store,
      put: (path, bytes, expect, signal) =>
        bytes.includes('"finished"') ? outage() : store.put(path, bytes, expect, signal),
    }),
  });
  scene.clock.advance(86_400_000);
  const next = await scene.night();
  assert.equal(next.result, 'Succeeded', next.message);
  const { backups } = await scene.inventory();
  assert.deepEqual(
    backups.map(({ name, status }) => [name, status]),
    [
      ['2026-11-22_030000_backup.zip', 'verified'],
      ['2026-11-23_backup.zip', 'verified'],
    ],
  );
  assert.equal(backups[0]?.proof?.record.runId, dead.runId);
});

test('when every name that is tried is taken, the run fails, says so, and leaves nothing behind', async () => {
  await using scene = await openScene();
  const { tree } = scene.emulator;
  let name = NAME;
  for (let n = 0; n < MOST_NAMES; n++) {
    tree.folder(`/BACKUPS/${name}`);
    name = nextName(name, new Date('2026-11-22T03:00:00Z'), 'Etc/UTC');
  }
  const report = await scene.night();
  assert.deepEqual([report.exitCode, report.reason, report.backup], [1, 'CommitConflict', undefined]);
  const { records, backups } = await scene.inventory();
  assert.deepEqual(
    records.records.map(({ record }) => [record.state, record.report?.reason, record.archives]),
    [['finished', 'CommitConflict', undefined]],
  );
  assert.deepEqual(backups, []);
  assert.deepEqual(tree.files(`/BACKUPS/${INCOMING_FOLDER}`), []);
});

test('an upload that somebody replaces right before its move is not taken for a taken name', async () => {
  await using scene = await openScene();
  const { tree } = scene.emulator;
  const report = await scene.night({
    wrapDestination: (store) => ({
      ...store,
      async move(from, to, signal) {
        const bytes = await tree.read(`/BACKUPS/${from.path}`);
        tree.put(`/BACKUPS/${from.path}`, Buffer.alloc(bytes.length, 'x'));
        return await store.move(from, to, signal);
      },
    }),
  });
  assert.deepEqual([report.exitCode, report.reason, report.backup], [1, 'CommitConflict', undefined]);
  assert.match(report.message, /our upload, was replaced by somebody else/);
  assert.deepEqual((await scene.inventory()).backups, []);
});
