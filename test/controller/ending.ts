import { EXIT_CODES, type ExitReason } from '../../src/api/exit-codes.ts';
import { fitReport } from '../../src/api/fit-report.ts';
import type { Result, RunReport } from '../../src/api/report.ts';
import { OWN_SLOT, type PodAct, runs } from '../cluster/pod-acts.ts';
import { aReport } from './a-report.ts';

/** What has to be said of a run once it has ended. */
export interface Truth {
  readonly result: Result;
  readonly reason: string;
  /** Complete, or the reason for which the Job has failed. */
  readonly job: 'Complete' | 'PodFailurePolicy' | 'BackoffLimitExceeded' | 'DeadlineExceeded';
  /** How many pods the Job had. */
  readonly pods: number;
  /** What a check of the stored object has found, where the run came so far. */
  readonly verification?: 'Succeeded' | 'Failed';
  /** Whether the credentials were taken, where the run tells. */
  readonly credentials?: 'True' | 'False';
}

export interface RunIdentity {
  readonly policy: string;
  readonly jobName: string;
  /** Run id that an earlier run of the policy has reported. */
  readonly earlierRunId: string;
}

export interface Ending {
  readonly name: string;
  readonly backoffLimit: 0 | 1;
  /** What the Job's first pod does, its second, … */
  readonly pods: (run: RunIdentity) => readonly (readonly PodAct[])[];
  /** What somebody does once the first pod runs. */
  readonly meanwhile?: 'deletes the pod' | 'evicts the pod' | "shortens the Job's deadline";
  readonly truth: Truth;
}

/** A termination message. */
export type Message = (run: RunIdentity) => string;

export const silent: Message = () => '';

export const says =
  (change: Partial<RunReport> = {}): Message =>
  ({ policy }) =>
    fitReport(aReport(OWN_SLOT, { policy, ...change }));

/** The report of a run that made no backup. */
export function saysThat(exit: ExitReason, result: Result, reason: string, message = 'it did not go'): Message {
  const exitCode = EXIT_CODES[exit];
  return says({ result, reason, message, exitCode, backup: undefined, verification: undefined });
}

export const good = says();
export const failing = saysThat('failed', 'Failed', 'Unexpected');

/** One pod for each message, which runs and then ends with it. */
export const runThen =
  (end: (message: string) => PodAct, ...messages: readonly Message[]): Ending['pods'] =>
  (run) =>
    messages.map((message) => [runs(), end(message(run))]);

export const BACKED_UP: Truth = {
  result: 'Succeeded',
  reason: 'Verified',
  job: 'Complete',
  pods: 1,
  verification: 'Succeeded',
  credentials: 'True',
};
