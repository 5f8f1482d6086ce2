import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { timeZoneFault } from '../../src/api/time-zones.ts';
import { askCron } from '../cluster/cron-next.ts';

/** The names of zones (Z) and of links (L) in the database that Debian's tzdata brings; see zic(8). */
const DATABASE = readFileSync('/usr/share/zoneinfo/tzdata.zi', 'utf8')
  .split('\n')
  .flatMap((line) => /^(?:Z|L \S+) (\S+)/.exec(line)?.[1] ?? []);

/** "Not set"; Intl does not know it, so no date could be told by it. */
const NOT_SET = 'Factory';

/** What Intl takes, or people write, and Kubernetes does not. */
const NO_ZONES = [
  ...['+02:00', '-05:30', '+0200', '+02', 'UTC+2', 'GMT+5', 'Z', 'PST', 'CST', 'IST', 'BST', 'ACT', 'SystemV/PST8'],
  ...['utc', 'UtC', 'etc/utc', 'Etc/Utc', 'EUROPE/BERLIN', 'europe/berlin', 'us/eastern', 'America/new_york', 'gb'],
  ...['Europe/Berlin ', ' UTC', '/Europe/Berlin', 'Europe/../UTC', 'Europe', 'Mars/Base', 'CEST'],
];

async function refusedByKubernetes(zones: readonly string[]): Promise<string[]> {
  const after = new Date('2026-11-23T00:00:00Z');
  const answers = await askCron(zones.map((zone) => ({ schedule: '0 3 * * *', zone, after })));
  return zones.filter((_, i) => answers[i]?.error !== undefined);
}

test('every name of the IANA database is a time zone, to Kubernetes and to us', async () => {
  assert.ok(DATABASE.length > 590, `${DATABASE.length} names are too few`);
  assert.deepEqual(await refusedByKubernetes(DATABASE), []);
  assert.deepEqual(
    DATABASE.filter((zone) => timeZoneFault(zone) !== undefined),
    [NOT_SET],
  );
});

test('every zone that Intl lists is one to Kubernetes, so that nothing is accepted which it refuses', async () => {
  const listed = Intl.supportedValuesOf('timeZone');
  assert.ok(listed.length > 400);
  assert.deepEqual(await refusedByKubernetes(listed), []);
});

test('every zone that we take can be used for a date', () => {
  for (const timeZone of DATABASE.filter((zone) => timeZoneFault(zone) === undefined))
    assert.doesNotThrow(() => new Intl.DateTimeFormat('en', { timeZone }), timeZone);
});

test('offsets, old short names and other spellings are refused by Kubernetes and by us', async () => {
  // A blank ends the zone in the expression that the library gets; the API server looks the name up as it is.
  const asked = NO_ZONES.filter((zone) => !zone.includes(' '));
  assert.deepEqual(await refusedByKubernetes(asked), asked);
  assert.deepEqual(
    NO_ZONES.filter((zone) => timeZoneFault(zone) === undefined),
    [],
  );
});

test('another spelling of a zone is told the right one', () => {
  assert.equal(timeZoneFault('US/eastern'), 'must be written US/Eastern');
  assert.equal(timeZoneFault('etc/utc'), 'must be written Etc/UTC');
  assert.equal(timeZoneFault('+02:00'), 'is not an IANA time zone such as Etc/UTC or Europe/Berlin');
});
