import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  backupDate,
  backupName,
  incomingName,
  localStamp,
  MOST_NAMES,
  newRunId,
  nextName,
  recordName,
  runIdOf,
} from '../../src/repository/names.ts';

const free = (): boolean => false;
const taken = (): boolean => true;

test('the first backup of a day has the plain name, a further one carries its time', () => {
  const at = new Date('2026-11-23T14:15:30Z');
  assert.equal(backupName(at, 'Etc/UTC', free), '2026-11-23_backup.zip');
  assert.equal(backupName(at, 'Etc/UTC', taken), '2026-11-23_141530_backup.zip');
});

test('when a name turns out to be taken, the next one is of the same day and is another one', () => {
  const zone = fc.constantFrom('Etc/UTC', 'Europe/Berlin', 'Pacific/Apia');
  const at = fc.oneof(
    fc.constant(new Date('2026-11-23T23:59:58Z')),
    fc.date({ min: new Date('1990-01-01'), max: new Date('2190-01-01'), noInvalidDate: true }),
  );
  fc.assert(
    fc.property(at, zone, (start, timeZone) => {
      const names = [backupName(start, timeZone, free)];
      while (names.length < MOST_NAMES) names.push(nextName(names.at(-1) ?? '', start, timeZone));
      assert.equal(names[1], backupName(start, timeZone, taken));
      assert.equal(new Set(names).size, MOST_NAMES);
      const { date } = localStamp(start, timeZone);
      for (const name of names) assert.equal(backupDate(name)?.toISOString().slice(0, 10), date);
    }),
  );
});

test('the day in a name is that of the policy’s time zone', () => {
  const at = new Date('2026-11-23T23:30:00Z');
  assert.equal(backupName(at, 'Europe/Berlin', free), '2026-11-24_backup.zip');
  assert.equal(backupName(at, 'America/New_York', free), '2026-11-23_backup.zip');
  assert.equal(backupName(at, 'Pacific/Kiritimati', taken), '2026-11-24_133000_backup.zip');
});

test('midnight is hour 00 of the new day, never hour 24', () => {
  assert.deepEqual(localStamp(new Date('2026-11-24T00:00:00Z'), 'Etc/UTC'), { date: '2026-11-24', time: '000000' });
});

test('the hour that comes twice in autumn gives the same wall clock twice', () => {
  const [first, second] = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((at) =>
    localStamp(new Date(at), 'Europe/Berlin'),
  );
  assert.deepEqual(first, { date: '2026-10-25', time: '023000' });
  assert.deepEqual(second, first);
});

test('every name that is made can be read back to its wall clock', () => {
  const zone = fc.constantFrom('Etc/UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Apia');
  const range = { min: new Date('1990-01-01T00:00:00Z'), max: new Date('2190-01-01T00:00:00Z'), noInvalidDate: true };
  fc.assert(
    fc.property(fc.date(range), zone, (at, timeZone) => {
      const { date, time } = localStamp(at, timeZone);
      const wallClock = `${date}T${time.replace(/(..)(..)(..)/, '$1:$2:$3')}.000Z`;
      assert.equal(backupDate(backupName(at, timeZone, free))?.toISOString(), `${date}T00:00:00.000Z`);
      assert.equal(backupDate(backupName(at, timeZone, taken))?.toISOString(), wallClock);
    }),
  );
});

const FOREIGN = [
  '2026-02-30_backup.zip',
  '2025-02-29_backup.zip',
  '2026-00-10_backup.zip',
  '2026-13-01_backup.zip',
  '2026-11-00_backup.zip',
  '2026-11-31_backup.zip',
  '2026-11-23_240000_backup.zip',
  '2026-11-23_126000_backup.zip',
  '2026-11-23_120060_backup.zip',
  '2026-11-23_1200_backup.zip',
  '2026-11-23_backup.ZIP',
  '2026-11-23_backup.zip.part',
  ' 2026-11-23_backup.zip',
  '2026-11-23 backup.zip',
  '2026-11-23_backup (1).zip',
  'copy of 2026-11-23_backup.zip',
  '26-11-23_backup.zip',
  '0000-00-00_backup.zip',
  '２０２６-11-23_backup.zip',
  '2026-11-23_backup.zip\n',
  'family photos.zip',
  '',
];

for (const name of FOREIGN) {
  test(`${JSON.stringify(name)} is not a backup of ours`, () => {
    assert.equal(backupDate(name), undefined);
  });
}

test('29 February is a date in a leap year', () => {
  assert.equal(backupDate('2028-02-29_backup.zip')?.toISOString(), '2028-02-29T00:00:00.000Z');
});

test('a run id sorts by its start and names the run’s upload and record', () => {
  const runId = newRunId(new Date('2026-11-23T03:00:00.999Z'), 0x6f2c91aa);
  assert.equal(runId, '20261123T030000Z-6f2c91aa');
  assert.equal(newRunId(new Date('2026-11-23T03:00:00Z'), -1), '20261123T030000Z-ffffffff');
  assert.equal(newRunId(new Date('2026-11-23T03:00:00Z'), 7), '20261123T030000Z-00000007');
  assert.equal(incomingName(runId), `.case-backup/incoming/${runId}.zip`);
  assert.equal(runIdOf(`${runId}.zip`, '.zip'), runId);
  assert.equal(recordName(runId), `.case-backup/runs/${runId}.json`);
  assert.equal(runIdOf(`${runId}.json`, '.json'), runId);
});

test('a foreign file among the uploads or records belongs to no run', () => {
  for (const name of [
    'notes.zip',
    '20261123T030000Z-6f2c91aa.json',
    '20261123T030000Z-6F2C91AA.zip',
    '.zip',
    'x20261123T030000Z-6f2c91aa.zip',
  ])
    assert.equal(runIdOf(name, '.zip'), undefined, name);
});
