import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import type { Lease } from '../../src/repository/lease/lease.ts';
import { RUNS_FOLDER } from '../../src/repository/names.ts';
import type { RunRecord } from '../../src/repository/record.ts';
import { readAgain } from '../../src/repository/verify/read-again.ts';
import { dueForReading } from '../../src/repository/verify/reading-due.ts';
import { verifyStored } from '../../src/repository/verify/verify-stored.ts';
import type { Store } from '../../src/store/store.ts';
import { type Desk, never, openDesk } from '../whole/in-process.ts';

const DAY_MS = 86_400_000;

async function backedUp(desk: Desk): Promise<string> {
  writeFileSync(join(desk.source, 'letter.txt'), 'Dear Smith, '.repeat(999));
  const { result, message, backup } = await desk.backUp();
  assert.equal(result, 'Succeeded', message);
  return backup?.path ?? '';
}

/** As a disk does it that rots: neither size nor time tell. */
function rot(path: string): Buffer {
  const { atime, mtime } = statSync(path);
  const good = readFileSync(path);
  const bad = Buffer.from(good);
  bad[70] = (bad[70] ?? 0) ^ 1;
  writeFileSync(path, bad);
  utimesSync(path, atime, mtime);
  return good;
}

/** Lets all records say that their backups were last looked at so many days ago. */
function age(desk: Desk, days: number): void {
  const folder = desk.destination.locate(RUNS_FOLDER);
  const then = new Date(Date.now() - days * DAY_MS).toISOString();
  for (const name of readdirSync(folder)) {
    const record = JSON.parse(readFileSync(join(folder, name), 'utf8')) as RunRecord;
    const verification = record.report?.verification && { ...record.report.verification, timestamp: then };
    const aged = {
      ...record,
      report: { ...record.report, verification },
      ...(record.readTime !== undefined && { readTime: then }),
      ...(record.damagedTime !== undefined && { damagedTime: then }),
    };
    writeFileSync(join(folder, name), JSON.stringify(aged));
  }
}

const statuses = async (desk: Desk): Promise<string[]> =>
  (await takeInventory(desk.destination, never)).backups.map(({ status }) => status);

test('a stored backup that has rotted is found by the night that reads it again, told, and counts for nothing', async () => {
  using desk = openDesk();
  const path = await backedUp(desk);
  const good = rot(path);
  assert.deepEqual(await statuses(desk), ['verified'], 'nothing but reading can tell');
  age(desk, 29);
  const { result, warnings, retention } = await desk.backUp();
  assert.equal(result, 'Succeeded');
  assert.match(
    warnings.join('\n'),
    /^BackupDamaged: .*_backup\.zip was read whole at .* no longer what was verified$/m,
  );
  assert.deepEqual([retention?.damaged, retention?.backups, retention?.verified], [1, 2, 1]);
  assert.deepEqual(await statuses(desk), ['damaged', 'verified']);

  const { atime, mtime } = statSync(path);
  writeFileSync(path, good);
  utimesSync(path, atime, mtime);
  age(desk, 29);
  const next = await desk.backUp();
  assert.deepEqual([next.warnings, next.retention?.damaged, next.retention?.verified], [[], 0, 3]);
});

test('a night that reads a good backup again says when, and the report since when all were read', async () => {
  using desk = openDesk();
  await backedUp(desk);
  age(desk, 40);
  const { retention, warnings } = await desk.backUp();
  assert.deepEqual(warnings, []);
  assert.ok(Date.now() - Date.parse(retention?.oldestReadTime ?? '') < DAY_MS);
  const [first] = (await takeInventory(desk.destination, never)).backups;
  assert.ok(Date.now() - Date.parse(first?.proof?.record.readTime ?? '') < DAY_MS);
});

test('a backup of which only the time differs is read by the next night and proven again', async () => {
  using desk = openDesk();
  const path = await backedUp(desk);
  const at = statSync(path).mtimeMs / 1000 - 3600;
  utimesSync(path, at, at);
  assert.deepEqual(await statuses(desk), ['retimed']);
  assert.equal((await desk.backUp()).retention?.verified, 2);
  assert.deepEqual(await statuses(desk), ['verified', 'verified']);
});

test('a backup that was edited to the same size is read once, then known as damaged until something else stands there', async () => {
  using desk = openDesk();
  const path = await backedUp(desk);
  const good = rot(path);
  const at = statSync(path).mtimeMs / 1000 + 60;
  utimesSync(path, at, at);
  assert.deepEqual(await statuses(desk), ['retimed']);
  assert.equal((await desk.backUp()).retention?.damaged, 1);
  assert.equal((await statuses(desk))[0], 'damaged');
  const { backups } = await takeInventory(desk.destination, never);
  assert.deepEqual(dueForReading(backups, new Date()), []);
  assert.match((await desk.backUp()).warnings.join(), /BackupDamaged/);
  writeFileSync(path, good);
  assert.equal((await statuses(desk))[0], 'retimed');
  assert.equal((await desk.backUp()).retention?.damaged, 0);
});

test('a verification by hand that finds a damaged backup good again lets its record say so', async () => {
  using desk = openDesk();
  const path = await backedUp(desk);
  const good = rot(path);
  age(desk, 29);
  await desk.backUp();
  assert.equal((await statuses(desk))[0], 'damaged');
  const { atime, mtime } = statSync(path);
  writeFileSync(path, good);
  utimesSync(path, atime, mtime);
  const { policy, destination } = desk;
  const options = { policy, level: 'Standard', clock: systemClock, signal: never, onBytes: () => undefined } as const;
  await verifyStored(destination, path, options);
  assert.equal((await statuses(desk))[0], 'verified');
});

test('a store that does not give its bytes in time costs the reading and nothing else', async () => {
  using desk = openDesk();
  await backedUp(desk);
  age(desk, 29);
  const { backups } = await takeInventory(desk.destination, never);
  const silent: Store = {
    ...desk.destination,
    async *stream(_file, signal) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      throw new Error('it ended');
    },
  };
  const lease = { confirm: async () => undefined } as unknown as Lease;
  const context = { destination: silent, lease, clock: systemClock, signal: never, budgetMs: 20 };
  const known = await readAgain(dueForReading(backups, new Date()), { ...context, onBytes: () => undefined });
  assert.equal(known.size, 0);
  assert.deepEqual(await statuses(desk), ['verified']);
});
