import { exits, OWN_SLOT } from '../cluster/pod-acts.ts';
import { aReport } from './a-report.ts';
import { type Ending, failing, good, type Message, runThen, says, saysThat, silent, type Truth } from './ending.ts';

/** Exit 0 and a complete Job, as far as Kubernetes can tell. */
const complete = (result: Truth['result'], name: string, reason: string, message: Message): Ending => ({
  name,
  backoffLimit: 0,
  pods: runThen((text) => exits(0, text), message),
  truth: { result, reason, job: 'Complete', pods: 1 },
});
/** But what it says is no proof of a backup. */
const unproven = (name: string, reason: string, message: Message): Ending => complete('Failed', name, reason, message);
/** But what it said is not to be had: neither a success nor a failure. */
const lost = (name: string, reason: string, message: Message): Ending => complete('Interrupted', name, reason, message);

const tooLong: Message = ({ policy }) => JSON.stringify(aReport(OWN_SLOT, { policy, message: 'x'.repeat(4096) }));
const ofAnother: Message = (run) => says({ runId: run.earlierRunId })(run);
const found = { backup_file_exists: true, manifest_valid: true, cases_match: false, size_reasonable: true } as const;
const differs = { ...found, timestamp: '2026-11-21T03:14:00.000Z', level: 'Full' } as const;

export const ENDINGS_BY_REPORT: readonly Ending[] = [
  lost('no termination message', 'ReportMissing', silent),
  lost('a report too long to be kept whole', 'ReportUnreadable', tooLong),
  lost('a report cut in half', 'ReportUnreadable', (run) => good(run).slice(0, 700)),
  lost('a report of another version', 'ReportVersionUnknown', says({ version: 2 })),
  unproven('a report with the run id of another', 'ReportForeign', ofAnother),
  lost('a report without a run id', 'ReportUnreadable', says({ runId: '' })),
  unproven(
    'a report with the slot of another Job',
    'ReportForeign',
    says({ slot: 'aaaaaaaa-0000-4000-8000-000000000000' }),
  ),
  unproven(
    'a report that began before its Job was made',
    'ReportForeign',
    says({ startTime: '2026-01-01T03:00:00.000Z' }),
  ),
  unproven('a report about another policy', 'ReportForeign', says({ policy: 'other' })),
  lost('a report that no status can hold', 'ReportUnreadable', says({ reason: 'all is well' })),
  unproven('a report that says Failed', 'ReportContradicts', failing),
  unproven(
    'a report that says so at length',
    'ReportContradicts',
    saysThat('failed', 'Failed', 'Long', '🗄'.repeat(512)),
  ),
  unproven('a report that says Incomplete', 'ReportContradicts', says({ result: 'Incomplete', exitCode: 3 })),
  unproven('a report that names no backup', 'VerificationMissing', says({ backup: undefined })),
  unproven('a report of no check', 'VerificationMissing', says({ verification: undefined })),
  unproven('a report of a check that failed', 'VerificationMissing', says({ verification: differs })),
  {
    name: 'a failed run whose report names a backup and a check that passed',
    backoffLimit: 0,
    pods: runThen((text) => exits(1, text), says({ result: 'Failed', reason: 'Unexpected', exitCode: 1 })),
    truth: { result: 'Failed', reason: 'Unexpected', job: 'BackoffLimitExceeded', pods: 1 },
  },
];
