import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cronFault } from '../../src/api/cron.ts';

const GOOD = [
  '0 3 * * *',
  '*/15 * * * *',
  '0 0 1 1 0',
  '59 23 31 12 6',
  '0,30 8-18 * * 1-5',
  '0 3 * * MON-FRI',
  '0 3 1 jan,Jul *',
  '0 3 ? * ?',
  '10-50/20 * * * *',
  '5/15 * * * *',
  '  0  3  *  *  *  ',
  '0 3 * * SUN',
  '00 03 * * *',
  '0,15, * * * *',
  '1,,2 * * * *',
  '+5 3 * * *',
  '*/060 * * * *',
  '*-5 3 * * *',
  '@daily',
  '@midnight',
  '@hourly',
  '@weekly',
  '@monthly',
  '@yearly',
  '@annually',
];

const BAD: readonly (readonly [schedule: string, says: RegExp])[] = [
  ['', /five fields .* this one has 0/],
  ['0 3 * *', /this one has 4/],
  ['0 0 3 * * *', /this one has 6/],
  ['60 3 * * *', /"60" is not a minute; write 0–59/],
  ['-1 3 * * *', /"-1" is not a minute/],
  ['0 24 * * *', /"24" is not an hour; write 0–23/],
  ['0 3 0 * *', /"0" is not a day of month; write 1–31/],
  ['0 3 32 * *', /"32" is not a day of month/],
  ['0 3 * 13 *', /"13" is not a month; write 1–12/],
  ['0 3 * 0 *', /"0" is not a month/],
  ['0 3 * * 7', /"7" is not a day of week; write 0–6/],
  ['0 3 * * FUN', /"FUN" is not a day of week/],
  ['0 3 * MON *', /"MON" is not a month/],
  ['JAN 3 * * *', /"JAN" is not a minute/],
  ['0 3 * * MONDAY', /"MONDAY" is not a day of week/],
  ['0 18-8 * * *', /"18-8" runs backwards; write the smaller hour first/],
  ['0 3 * * FRI-MON', /"FRI-MON" runs backwards/],
  ['*/0 * * * *', /"\*\/0" is not a minute/],
  ['*/-5 * * * *', /"\*\/-5" is not a minute/],
  ['*/5/5 * * * *', /"\*\/5\/5" is not a minute/],
  ['*/+0 * * * *', /"\*\/\+0" is not a minute/],
  ['*/9223372036854775808 * * * *', /is not a minute/],
  ['1-2-3 * * * *', /"1-2-3" is not a minute/],
  ['1- * * * *', /"1-" is not a minute/],
  ['1.5 * * * *', /"1.5" is not a minute/],
  ['0x10 * * * *', /"0x10" is not a minute/],
  ['0 3 L * *', /"L" is not a day of month/],
  ['@noon', /@noon is not a macro; use @yearly, .*or five fields/],
  ['@every 1h', /@every 1h is not a macro/],
  ['@Daily', /@Daily is not a macro/],
  ['TZ=Europe/Berlin 0 3 * * *', /a TZ= prefix is not accepted; set timeZone instead/],
  ['CRON_TZ=UTC 0 3 * * *', /set timeZone instead/],
];

test('a schedule that Kubernetes takes has no fault', () => {
  for (const schedule of GOOD) assert.equal(cronFault(schedule), undefined, schedule);
});

for (const [schedule, says] of BAD) {
  test(`the schedule "${schedule}" is refused with the term that is wrong`, () => {
    assert.match(cronFault(schedule) ?? 'no fault', says);
  });
}
