import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RunReport } from '../../../src/api/report.ts';
import { readReport } from '../../../src/controller/policy/read-report.ts';
import { aReport } from '../a-report.ts';
import { BEGAN, ENDED, JOB, left, uidOf } from './job-and-pod.ts';

const read = (text: string | undefined, knownRunIds: readonly string[] = []) =>
  readReport(text, { policy: 'nightly', jobUid: uidOf(JOB), jobCreated: BEGAN, knownRunIds: new Set(knownRunIds) });

const altered = (change: object): string => JSON.stringify({ ...JSON.parse(left()), ...change });

const REFUSED: readonly (readonly [what: string, text: string | undefined, reason: string, says: string])[] = [
  ['no message', undefined, 'ReportMissing', 'left no report'],
  ['an empty message', '', 'ReportMissing', 'left no report'],
  ['a report without its end', left().slice(0, -1), 'ReportUnreadable', 'cut off'],
  ['a report without its beginning', left().slice(100), 'ReportUnreadable', 'cut off'],
  ["a program's last words", 'Error: out of luck\n', 'ReportUnreadable', 'no JSON (19 characters)'],
  ['two reports', left() + left(), 'ReportUnreadable', 'no JSON'],
  ['null', 'null', 'ReportUnreadable', 'the top'],
  ['a number', '0', 'ReportUnreadable', 'the top'],
  ['an empty object', '{}', 'ReportUnreadable', 'at version'],
  ['a newer version', altered({ version: 2, result: 'Brilliant' }), 'ReportVersionUnknown', 'of version 2'],
  ['version 0', altered({ version: 0 }), 'ReportVersionUnknown', 'of version 0'],
  ['a version in words', altered({ version: '1' }), 'ReportUnreadable', 'at version'],
  ['a result of its own', altered({ result: 'Brilliant' }), 'ReportUnreadable', 'at result'],
  ['a count below zero', altered({ files: -1 }), 'ReportUnreadable', 'at files'],
  ['an empty run id', altered({ runId: '' }), 'ReportUnreadable', 'at runId'],
  ['no exit code', altered({ exitCode: undefined }), 'ReportUnreadable', 'at exitCode'],
  ['a verification in words', altered({ verification: 'good' }), 'ReportUnreadable', 'at verification'],
  [
    'a day that there is not',
    altered({ completionTime: '2026-02-30T03:00:00Z' }),
    'ReportUnreadable',
    'completionTime',
  ],
  ["another policy's name", left({ policy: 'weekly' }), 'ReportForeign', 'policy weekly'],
  ["another Job's UID", left({}, 'another'), 'ReportForeign', 'UID uid-of-another'],
  ["its Job's name in place of the UID", left({ slot: JOB }), 'ReportForeign', `UID ${JOB}`],
  ['a start before its Job was made', left({ startTime: '2026-11-25T02:54:59Z' }), 'ReportForeign', 'before its Job'],
  ['a start a week before', left({ startTime: '2026-11-18T03:00:01Z' }), 'ReportForeign', 'before its Job'],
  ["another run's id", left({ runId: 'r-1' }), 'ReportForeign', 'repeats run r-1'],
];

/** The API server refuses a status with one of these, and with it everything else that the status has to say. */
const UNSTORABLE: readonly (readonly [what: string, change: Partial<RunReport>, at: string])[] = [
  ['a reason of several words', { reason: 'files missing' }, 'reason'],
  ['an empty reason', { reason: '' }, 'reason'],
  ['a path of 2,049 characters', { backup: aBackup({ path: `/${'x'.repeat(2048)}` }) }, 'backup.path'],
  ['a hash of 129 characters', { backup: aBackup({ contentHash: 'a'.repeat(129) }) }, 'backup.contentHash'],
  ['a message of 1,025 characters', { message: 'x'.repeat(1025) }, 'message'],
  ['a run id of 65 characters', { runId: 'x'.repeat(65) }, 'runId'],
];

function aBackup(change: Partial<NonNullable<RunReport['backup']>>): NonNullable<RunReport['backup']> {
  return { path: '/BACKUPS/a.zip', bytes: 1, contentHash: 'ab', manifestVersion: 1, ...change };
}

describe('A termination message', () => {
  it('is believed when it is a whole report about this Job', () => {
    const report = aReport(uidOf(JOB), {}, new Date(ENDED));
    assert.deepEqual(read(JSON.stringify(report)), { report });
    assert.deepEqual(read(JSON.stringify(report, null, 2)), { report });
  });

  it("is believed when its node's clock is a little behind the API server's", () => {
    assert.ok(read(left({ startTime: '2026-11-25T02:55:01Z' })).report);
  });

  for (const [what, text, reason, says] of REFUSED)
    it(`that is or has ${what} is no report: ${reason}`, () => {
      const reading = read(text, ['r-1']);
      assert.ok(reading.report === undefined);
      assert.equal(reading.reason, reason);
      assert.ok(reading.message.includes(says), reading.message);
    });

  for (const [what, change, at] of UNSTORABLE)
    it(`with ${what} is no report, since no status could hold it`, () => {
      const reading = read(altered(change));
      assert.ok(reading.report === undefined);
      assert.equal(reading.reason, 'ReportUnreadable');
      assert.ok(reading.message.endsWith(`at ${at}`), reading.message);
    });
});
