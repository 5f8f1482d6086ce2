import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REPORT_VERSION } from '../../src/api/report.ts';
import { takeInventory } from '../../src/repository/inventory.ts';
import { RUNS_FOLDER } from '../../src/repository/names.ts';
import { RECORD_VERSION, recordSchema } from '../../src/repository/record.ts';
import { recordKeeper } from '../../src/repository/record-keeper.ts';
import { type Desk, never, openDesk } from '../whole/in-process.ts';

/** What a release to come may write: fields that this one has never heard of, at every depth. */
const ADDED = {
  encryption: { recipients: ['age1…'] },
  source: { region: 'eu' },
  copies: [{ path: 's3://office/2026-11-23_backup.zip' }],
  report: {
    restoreDrill: 'passed',
    verification: { signature_valid: true },
    retention: { frozen: false },
  },
};

type Json = { [name: string]: Json | unknown };

const isGroup = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(value: Json, added: Json): Json {
  const result = { ...value };
  for (const [name, field] of Object.entries(added)) {
    const before = value[name];
    result[name] = isGroup(before) && isGroup(field) ? merged(before, field) : field;
  }
  return result;
}

interface Night extends Disposable {
  readonly desk: Desk;
  readonly runId: string;
  read(): Json;
  /** Puts a record of another release in the place of the run's own. */
  write(record: Json): void;
}

async function oneNight(): Promise<Night> {
  const desk = openDesk();
  writeFileSync(join(desk.source, 'fee-table.txt'), 'fees');
  const { runId, result, message } = await desk.backUp();
  assert.equal(result, 'Succeeded', message);
  const path = join(desk.destination.locate(RUNS_FOLDER), `${runId}.json`);
  return {
    desk,
    runId,
    read: () => JSON.parse(readFileSync(path, 'utf8')) as Json,
    write: (record) => writeFileSync(path, JSON.stringify(record)),
    [Symbol.dispose]: () => desk[Symbol.dispose](),
  };
}

test('a record with fields of a newer release proves its backup as before and holds no retention', async () => {
  using night = await oneNight();
  night.write(merged(night.read(), ADDED));
  const { records, backups } = await takeInventory(night.desk.destination, never);
  assert.deepEqual(records.unreadable, []);
  assert.deepEqual(
    backups.map(({ status, proof }) => [status, proof?.record.runId]),
    [['verified', night.runId]],
  );
  const next = await night.desk.backUp();
  assert.deepEqual([next.result, next.retention?.verified, next.retention?.heldBecause], ['Succeeded', 2, undefined]);
});

test('fields of a newer release are still there when an older one has written the record again', async () => {
  using night = await oneNight();
  const written = merged(night.read(), ADDED);
  night.write(written);
  const [stored] = (await takeInventory(night.desk.destination, never)).records.records;
  assert.ok(stored);
  await recordKeeper(night.desk.destination, stored.record, stored.file).update({ slot: 'another' }, never);
  assert.deepEqual(night.read(), { ...written, slot: 'another' });
});

test('a record that we write has no field that its schema does not name', async () => {
  using night = await oneNight();
  assert.deepEqual(recordSchema.parse(night.read()), night.read());
});

const UNREADABLE: Readonly<Record<string, Json>> = {
  'a higher version': { version: RECORD_VERSION + 1 },
  'a report of a higher version': { report: { version: REPORT_VERSION + 1 } },
  'a result that we do not know': { report: { result: 'Sealed' } },
  'a state that we do not know': { state: 'sealing' },
  'text for a number': { source: { totals: { files: 'many' } } },
  'a kind that we do not know': { kind: 'Copy' },
  'a layout that we do not know': { layout: 'PerCase' },
};

for (const [what, change] of Object.entries(UNREADABLE)) {
  test(`a record with ${what} is not read and proves nothing`, async () => {
    using night = await oneNight();
    night.write(merged(night.read(), change));
    const { records, backups } = await takeInventory(night.desk.destination, never);
    assert.deepEqual([records.records.length, records.unreadable], [0, [`${night.runId}.json`]]);
    assert.deepEqual(
      backups.map(({ status }) => status),
      ['unproven'],
    );
  });
}

test('a record that could not be read again is not written', async () => {
  using night = await oneNight();
  const record = recordSchema.parse(night.read());
  const keeper = recordKeeper(night.desk.destination, { ...record, runId: '20260101T030000Z-ab' });
  const quota = { usedBytes: 1, allocatedBytes: 2 ** 63, checkedTime: record.startTime };
  const report = record.report && { ...record.report, quota };
  await assert.rejects(keeper.update({ report }, never), /would be unreadable: report\.quota\.allocatedBytes/);
  assert.equal(keeper.stored, undefined);
  assert.equal((await takeInventory(night.desk.destination, never)).records.records.length, 1);
});
