import { EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import type { Result } from '../../src/api/report.ts';
import { exits, runs } from '../cluster/pod-acts.ts';
import {
  BACKED_UP,
  type Ending,
  failing,
  good,
  type Message,
  runThen,
  says,
  saysThat,
  silent,
  type Truth,
} from './ending.ts';

export const SUCCEEDED: Ending = {
  name: 'exit 0, succeeded',
  backoffLimit: 1,
  pods: runThen((message) => exits(0, message), good),
  truth: BACKED_UP,
};

/** Codes that end the Job at once, each with a report that says why and without one. */
const FINAL: readonly (readonly [ExitReason, Result, reason: string, withoutReport: string, more?: Partial<Truth>])[] =
  [
    ['configuration', 'Failed', 'PolicyInvalid', 'Configuration'],
    ['incomplete', 'Incomplete', 'FilesMissing', 'Incomplete', { credentials: 'True' }],
    ['mismatch', 'Failed', 'ArchiveDiffers', 'Mismatch', { verification: 'Failed' }],
    ['refused', 'Failed', 'SourceShrunk', 'Refused'],
    ['leaseHeld', 'Skipped', 'LeaseHeld', 'LeaseHeld'],
    ['credentials', 'Failed', 'RefreshTokenRevoked', 'Credentials', { credentials: 'False' }],
    ['noSpace', 'Failed', 'NoSpace', 'NoSpace'],
  ];

function ofFinalCode([exit, result, reason, withoutReport, more]: (typeof FINAL)[number]): Ending[] {
  const code = EXIT_CODES[exit];
  const pods = (message: Message) => runThen((text) => exits(code, text), message);
  const truth: Truth = { result, reason, job: 'PodFailurePolicy', pods: 1, ...more };
  const isIncomplete = exit === 'incomplete';
  const report = isIncomplete
    ? says({ result, reason, exitCode: code, skippedFiles: 2 })
    : saysThat(exit, result, reason);
  return [
    {
      name: `exit ${code}, ${exit}`,
      backoffLimit: 1,
      pods: pods(report),
      truth: isIncomplete ? { ...truth, verification: 'Succeeded' } : truth,
    },
    {
      name: `exit ${code} without a report`,
      backoffLimit: 1,
      pods: pods(silent),
      truth: { ...truth, reason: withoutReport },
    },
  ];
}

const limited = saysThat('outOfTime', 'Failed', 'RateLimited');
const retried = { result: 'Failed', job: 'BackoffLimitExceeded', pods: 2 } as const;

const RETRIED: readonly Ending[] = [
  {
    name: 'exit 1 twice',
    backoffLimit: 1,
    pods: runThen((text) => exits(1, text), failing, failing),
    truth: { ...retried, reason: 'Unexpected' },
  },
  {
    name: 'exit 14 twice',
    backoffLimit: 1,
    pods: runThen((text) => exits(14, text), limited, limited),
    truth: { ...retried, reason: 'RateLimited' },
  },
  {
    name: 'exit 1, then 0',
    backoffLimit: 1,
    pods: (run) => [
      [runs(), exits(1, failing(run))],
      [runs(), exits(0, good(run))],
    ],
    truth: { ...BACKED_UP, pods: 2 },
  },
];

export const ENDINGS_BY_EXIT_CODE: readonly Ending[] = [SUCCEEDED, ...FINAL.flatMap(ofFinalCode), ...RETRIED];
