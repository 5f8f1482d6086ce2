import type { Condition, ConditionStatus, ConditionType } from '../../src/api/conditions.ts';
import type { Result } from '../../src/api/report.ts';
import type { PolicyStatus, Trigger } from '../../src/api/status.ts';
import type { Truth } from './ending.ts';
import type { Series } from './metrics-text.ts';

/** A run that has ended, as the one knows it who made it. */
export interface Ran {
  readonly jobName: string;
  readonly trigger: Trigger;
  readonly truth: Pick<Truth, 'result' | 'reason' | 'verification' | 'credentials'>;
  /** Between these instants, in whole seconds, the cluster saw it end. */
  readonly after: number;
  readonly before: number;
}

/** All that the controller says of a policy. */
export interface Told {
  readonly status: PolicyStatus;
  readonly events: readonly { readonly type: string; readonly reason: string; readonly note: string }[];
  /** Of this policy. */
  readonly series: readonly Series[];
}

/** The runs of a policy, oldest first, and what follows from them: written from the promises, not from the controller. */
export function expected(runs: readonly Ran[]) {
  const newest = runs.at(-1);
  const attempts = runs.filter(({ truth }) => truth.result !== 'Skipped');
  // Of those whose end nobody saw, nothing is counted.
  const counted = attempts.filter(({ truth }) => !isUnseen(truth));
  const isSuccess = ({ truth }: Ran): boolean => truth.result === 'Succeeded';
  const lastSuccess = attempts.findLast(isSuccess);
  const lastFailure = counted.findLast((run) => !isSuccess(run));
  const verification = runs.findLast(({ truth }) => truth.verification !== undefined)?.truth.verification;
  const credentials = runs.findLast(({ truth }) => truth.credentials !== undefined)?.truth.credentials;
  const attempt = attempts.at(-1);
  return {
    newest,
    attempt,
    lastSuccess,
    lastFailure,
    verification,
    failures: counted.length - 1 - counted.findLastIndex(isSuccess),
    count: (trigger: Trigger, result: Result): number =>
      runs.filter(({ trigger: of, truth }) => of === trigger && truth.result === result && !isUnseen(truth)).length,
    conditions: {
      Progressing: 'False',
      LastRunSucceeded: attempt === undefined ? 'Unknown' : ofAttempt(attempt),
      Fresh: lastSuccess === undefined ? 'False' : 'True',
      Verified: verification === undefined ? 'Unknown' : verification === 'Succeeded' ? 'True' : 'False',
      CredentialsValid: credentials ?? 'Unknown',
    } satisfies Partial<Record<ConditionType, ConditionStatus>>,
  };
}

export const isUnseen = ({ result, reason }: Pick<Truth, 'result' | 'reason'>): boolean =>
  result === 'Interrupted' && UNSEEN.has(reason);
const UNSEEN = new Set([
  ...['JobGone', 'JobUnseen', 'PodGone'],
  ...['ReportMissing', 'ReportUnreadable', 'ReportVersionUnknown'],
]);

function ofAttempt({ truth: { result, reason } }: Ran): ConditionStatus {
  if (result === 'Succeeded') return 'True';
  return isUnseen({ result, reason }) ? 'Unknown' : 'False';
}

export const conditionIn = ({ conditions = [] }: PolicyStatus, type: ConditionType): Condition | undefined =>
  conditions.find((condition) => condition.type === type);

/** The value of a policy's series, or NaN where there is none. */
export function sampleOf({ series }: Told, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const found = series.filter(
    (one) =>
      one.name === `case_backup_${name}` && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
  );
  return found.length === 1 ? (found[0]?.value ?? Number.NaN) : Number.NaN;
}

/** Every place that says of a run that it succeeded, though it did not. */
export function falseClaims(told: Told, runs: readonly Ran[]): string[] {
  const { status, events } = told;
  const truly = new Set(runs.filter(({ truth }) => truth.result === 'Succeeded').map(({ jobName }) => jobName));
  const attempt = runs.findLast(({ truth }) => truth.result !== 'Skipped')?.jobName ?? 'no run';
  const claims: [where: string, jobName: string][] = [];
  for (const run of status.history ?? []) if (run.result === 'Succeeded') claims.push(['history', run.jobName]);
  if (status.lastRun?.result === 'Succeeded') claims.push(['lastRun', status.lastRun.jobName]);
  if (status.lastSuccess) claims.push(['lastSuccess', status.lastSuccess.jobName]);
  if (conditionIn(status, 'LastRunSucceeded')?.status === 'True') claims.push(['LastRunSucceeded', attempt]);
  for (const { reason, note } of events)
    if (reason === 'BackupSucceeded') claims.push(['event', /^Job ([^:]+):/.exec(note)?.[1] ?? note]);
  if (sampleOf(told, 'last_run_success') !== 0) claims.push(['case_backup_last_run_success', attempt]);
  const counted = told.series.filter(
    ({ name, labels }) => name.endsWith('_runs_total') && labels['result'] === 'Succeeded',
  );
  if (counted.reduce((sum, { value }) => sum + value, 0) !== truly.size)
    claims.push(['case_backup_runs_total', 'some run']);
  if (truly.size === 0 && conditionIn(status, 'Fresh')?.status === 'True') claims.push(['Fresh', 'no run']);
  return claims.filter(([, jobName]) => !truly.has(jobName)).map(([where, jobName]) => `${where} of ${jobName}`);
}
