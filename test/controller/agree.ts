import assert from 'node:assert/strict';
import { CONDITION_STATUSES } from '../../src/api/conditions.ts';
import { RESULTS, type Result } from '../../src/api/report.ts';
import { type PolicyStatus, statusSchema, TRIGGERS } from '../../src/api/status.ts';
import { conditionIn, expected, falseClaims, type Ran, sampleOf, type Told } from './told-of-runs.ts';

/** Status, conditions, events and metrics of a policy say the same, and it is what happened; `runs` oldest first. */
export function agree(told: Told, runs: readonly Ran[]): void {
  statusSchema.parse(told.status);
  assert.deepEqual(falseClaims(told, runs), [], 'said to have succeeded');
  statusAgrees(told.status, runs);
  conditionsAgree(told, runs);
  eventsAgree(told, runs);
  metricsAgree(told, runs);
}

function statusAgrees(status: PolicyStatus, runs: readonly Ran[]): void {
  const { newest, lastSuccess, lastFailure, failures, count, verification } = expected(runs);
  assert.deepEqual(
    status.history?.map(({ jobName, trigger, result, reason }) => ({ jobName, trigger, result, reason })),
    runs.toReversed().map(({ jobName, trigger, truth }) => {
      return { jobName, trigger, result: truth.result, reason: truth.reason };
    }),
    'history',
  );
  for (const [i, run] of runs.toReversed().entries()) inItsTime(status.history?.[i]?.completionTime, run);
  const { jobName, jobUid, result, reason, completionTime } = status.lastRun ?? {};
  assert.deepEqual([jobName, result, reason], [newest?.jobName, newest?.truth.result, newest?.truth.reason], 'lastRun');
  assert.deepEqual([jobUid, completionTime], [status.history?.[0]?.jobUid, status.history?.[0]?.completionTime]);
  assert.equal(status.lastSuccess?.jobName, lastSuccess?.jobName, 'lastSuccess');
  assert.equal(status.lastSuccessTime, status.lastSuccess?.completionTime);
  assert.equal(
    status.lastFailureTime,
    status.history?.find((run) => run.jobName === lastFailure?.jobName)?.completionTime,
    'lastFailureTime',
  );
  assert.equal(status.consecutiveFailures, failures, 'consecutiveFailures');
  assert.equal(status.activeRun, undefined);
  assert.equal(status.lastVerification?.result, verification, 'lastVerification');
  const verified = runs.findLast(({ truth }) => truth.verification !== undefined);
  const checkedAt = Date.parse(status.lastVerification?.completionTime ?? '');
  if (verified) assert.ok(checkedAt <= verified.before, `checked at ${checkedAt} by another than ${verified.jobName}`);
  for (const { jobName, result, backupPath } of status.history ?? [])
    assert.ok(backupPath === undefined || !['Failed', 'Skipped'].includes(result), `${jobName} left ${backupPath}`);
  for (const trigger of TRIGGERS)
    for (const each of RESULTS) {
      const entry = status.runCounts?.find((one) => one.trigger === trigger && one.result === each);
      assert.equal(entry?.count, count(trigger, each), `runCounts of ${trigger} ${each}`);
    }
}

function inItsTime(completionTime: string | undefined, { jobName, after, before }: Ran): void {
  const at = Date.parse(completionTime ?? '');
  assert.ok(at >= after && at <= before, `${jobName} ended at ${completionTime}, which is not when it did`);
}

function conditionsAgree({ status }: Told, runs: readonly Ran[]): void {
  const { attempt, conditions } = expected(runs);
  for (const [type, is] of Object.entries(conditions))
    assert.equal(conditionIn(status, type as keyof typeof conditions)?.status, is, type);
  assert.equal(conditionIn(status, 'Ready')?.status, 'True', 'Ready is not about backups');
  if (attempt) assert.equal(conditionIn(status, 'LastRunSucceeded')?.reason, attempt.truth.reason);
}

const EVENTS: Readonly<Record<Result, readonly [type: string, reason: string]>> = {
  Succeeded: ['Normal', 'BackupSucceeded'],
  Incomplete: ['Warning', 'BackupIncomplete'],
  Failed: ['Warning', 'BackupFailed'],
  Skipped: ['Normal', 'BackupSkipped'],
  Interrupted: ['Warning', 'BackupInterrupted'],
};
const ENDS = new Set(Object.values(EVENTS).map(([, reason]) => reason));

export const eventsOfEnds = (events: Told['events']): Told['events'] => events.filter(({ reason }) => ENDS.has(reason));

function eventsAgree({ events }: Told, runs: readonly Ran[]): void {
  const ends = eventsOfEnds(events);
  assert.equal(ends.length, runs.length, `${ends.length} events of ${runs.length} ends`);
  for (const { jobName, truth } of runs) {
    const [end, ...more] = ends.filter(({ note }) => note.startsWith(`Job ${jobName}: `));
    assert.deepEqual([end?.type, end?.reason, more.length], [...EVENTS[truth.result], 0], `event of ${jobName}`);
    assert.ok(end?.note.startsWith(`Job ${jobName}: ${truth.reason}: `), end?.note);
  }
}

function metricsAgree(told: Told, runs: readonly Ran[]): void {
  const { status } = told;
  const { attempt, failures, count, verification, conditions } = expected(runs);
  const seconds = (time: string | undefined): number => (time === undefined ? 0 : Date.parse(time) / 1000);
  const values: Readonly<Record<string, number>> = {
    last_success_timestamp_seconds: seconds(status.lastSuccess?.completionTime),
    last_failure_timestamp_seconds: seconds(status.lastFailureTime),
    last_run_timestamp_seconds: seconds(status.history?.[0]?.completionTime),
    last_run_duration_seconds: status.lastRun?.durationSeconds ?? 0,
    last_run_success: attempt?.truth.result === 'Succeeded' ? 1 : 0,
    last_verification_success: verification === 'Succeeded' ? 1 : 0,
    consecutive_failures: failures,
    run_start_timestamp_seconds: 0,
  };
  for (const [name, value] of Object.entries(values)) assert.equal(sampleOf(told, name), value, `case_backup_${name}`);
  for (const trigger of TRIGGERS)
    for (const result of RESULTS)
      assert.equal(sampleOf(told, 'runs_total', { trigger, result }), count(trigger, result), `${trigger} ${result}`);
  for (const [type, is] of Object.entries(conditions))
    for (const status_ of CONDITION_STATUSES)
      assert.equal(
        sampleOf(told, 'policy_condition', { type, status: status_ }),
        status_ === is ? 1 : 0,
        `${type} metric`,
      );
}
