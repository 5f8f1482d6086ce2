import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunReport } from '../../src/api/report.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import { INCOMING_FOLDER, STATE_FOLDER } from '../../src/repository/names.ts';
import type { Store } from '../../src/store/store.ts';
import { openDesk } from '../whole/in-process.ts';
import { never, openScene } from './scene.ts';

const ROUNDS = 8;
const AT_ONCE = 5;

/** Each run made a backup or was told that another one was at work; each backup is there and proven, and nothing else is. */
async function assertRight(reports: readonly RunReport[], destination: Store): Promise<void> {
  const ends = reports.map(({ exitCode, reason }) => `${exitCode} ${reason}`);
  for (const end of ends) assert.match(end, /^(0 Verified|11 LeaseHeld)$/);
  const made = reports.filter(({ exitCode }) => exitCode === 0).map(({ backup }) => backup?.path);
  assert.ok(made.length > 0);
  assert.equal(new Set(made).size, made.length);
  const { backups, lost, records } = await takeInventory(destination, never);
  assert.deepEqual([lost, records.unreadable], [[], []]);
  const stored = new Map(backups.map(({ name, status }) => [destination.locate(name), status]));
  for (const path of made) assert.equal(stored.get(path ?? ''), 'verified', path);
  assert.deepEqual(
    records.records.filter(({ record }) => record.state !== 'finished'),
    [],
  );
}

test(`${ROUNDS} times ${AT_ONCE} runs at once over a folder: each is right, no backup is lost, nothing is left`, {
  timeout: 240_000,
}, async () => {
  using desk = openDesk();
  for (let n = 0; n < 20; n++) writeFileSync(join(desk.source, `letter ${n}.txt`), `Dear client ${n}, `.repeat(500));
  const all: RunReport[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reports = await Promise.all(Array.from({ length: AT_ONCE }, () => desk.backUp()));
    await assertRight(reports, desk.destination);
    all.push(...reports);
    assert.deepEqual(readdirSync(desk.destination.locate(INCOMING_FOLDER)), []);
    assert.deepEqual(readdirSync(desk.destination.locate(STATE_FOLDER)).sort(), [
      'incoming',
      'lease.json',
      'policy-nightly.json',
      'runs',
    ]);
  }
  const { backups } = await takeInventory(desk.destination, never);
  assert.equal(backups.length, all.filter(({ exitCode }) => exitCode === 0).length);
});

test(`${ROUNDS} times ${AT_ONCE} runs at once over Dropbox: each is right, no backup is lost, nothing is left`, {
  timeout: 240_000,
}, async () => {
  await using scene = await openScene({ cases: 2 });
  for (let round = 0; round < ROUNDS; round++) {
    const reports = await Promise.all(Array.from({ length: AT_ONCE }, () => scene.night()));
    await assertRight(reports, scene.destination());
    assert.deepEqual(
      scene.emulator.tree.files('/BACKUPS').filter((path) => path.includes('/incoming/')),
      [],
    );
    scene.clock.advance(3_600_000);
  }
  assert.equal((await scene.inventory()).backups.length, scene.reports.filter(({ exitCode }) => exitCode === 0).length);
});
