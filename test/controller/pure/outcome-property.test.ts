import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RESULTS, type Result, type RunReport } from '../../../src/api/report.ts';
import { outcomeOf } from '../../../src/controller/policy/outcome.ts';
import type { Job, Pod } from '../../../src/controller/workloads.ts';
import { aReport } from '../a-report.ts';
import { aJob, BEGAN, ENDED, ended, JOB, type PodChange, uidOf } from './job-and-pod.ts';

const RUNS = 20_000;

/** Near misses of success more often than noise: each field is right most of the time. */
const mostly = <T>(right: T, ...wrong: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });

const verification = fc.record({
  backup_file_exists: mostly(true, false),
  manifest_valid: mostly(true, false),
  cases_match: mostly(true, false),
  size_reasonable: mostly(true, false),
  timestamp: mostly('2026-11-25T03:14:00Z', 'yesterday'),
  level: fc.constantFrom('Standard' as const, 'Full' as const),
});

const report: fc.Arbitrary<RunReport> = fc
  .record({
    version: mostly(1, 0, 2),
    policy: mostly('nightly', 'weekly', ''),
    slot: mostly(uidOf(JOB), JOB, 'another', ''),
    startTime: mostly(BEGAN, '2026-11-18T03:00:00Z'),
    result: mostly<Result>('Succeeded', ...RESULTS),
    exitCode: mostly(0, 1, 3, 11),
    runId: mostly('fresh', 'known', ''),
    verification: mostly<RunReport['verification'] | null>(null, undefined),
    found: verification,
    hasBackup: mostly(true, false),
  })
  .map(({ found, hasBackup, verification: none, ...change }) => ({
    ...aReport(uidOf(JOB), change, new Date(ENDED)),
    verification: none === undefined ? undefined : found,
    ...(hasBackup ? {} : { backup: undefined }),
  }));

const message: fc.Arbitrary<string | undefined> = fc.oneof(
  { weight: 12, arbitrary: report.map((it) => JSON.stringify(it)) },
  { weight: 1, arbitrary: report.chain((it) => fc.nat(3000).map((bytes) => JSON.stringify(it).slice(0, bytes))) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constant(undefined) },
);

const pod: fc.Arbitrary<Pod> = fc
  .record({
    exitCode: mostly(0, 1, 3, 137, 143),
    message,
    phase: mostly<PodChange['phase'] & string>('Succeeded', 'Failed', 'Running'),
    reason: mostly<string | undefined>(undefined, 'Evicted', 'DeadlineExceeded', 'NodeLost'),
    why: mostly('Completed', 'OOMKilled', 'Error'),
    second: fc.integer({ min: 0, max: 59 }),
  })
  .map(({ exitCode, message: text, second, reason, ...change }) =>
    ended(exitCode, text, {
      ...change,
      ...(reason === undefined ? {} : { reason }),
      created: `2026-11-25T03:00:${String(second).padStart(2, '0')}Z`,
      name: `pod-${second}`,
    }),
  );

const job: fc.Arbitrary<Job> = mostly(aJob({ end: 'Complete' }), aJob({ end: 'Failed' }), aJob());

/** Written anew here, from the promise: what has to be true of a pod for its run to have succeeded. */
function proves(candidate: Pod): boolean {
  const state = candidate.status?.containerStatuses?.find(({ name }) => name === 'backup-job')?.state?.terminated;
  if (state?.exitCode !== 0 || candidate.status?.reason === 'Evicted') return false;
  let said: RunReport | null;
  try {
    said = JSON.parse(state.message ?? '') as RunReport | null;
  } catch {
    return false;
  }
  const checks = said?.verification;
  return (
    said?.version === 1 &&
    said.policy === 'nightly' &&
    said.slot === uidOf(JOB) &&
    said.startTime === BEGAN &&
    said.runId === 'fresh' &&
    said.result === 'Succeeded' &&
    said.exitCode === 0 &&
    said.backup !== undefined &&
    checks !== undefined &&
    [checks.backup_file_exists, checks.manifest_valid, checks.cases_match, checks.size_reasonable].every(Boolean)
  );
}

describe('A run', () => {
  it(`never succeeds without a container that ended well and a proven report, in ${RUNS} generated cases`, (t) => {
    let succeeded = 0;
    fc.assert(
      fc.property(job, fc.array(pod, { maxLength: 3 }), (ofRun, pods) => {
        const outcome = outcomeOf(ofRun, pods, { policy: 'nightly', runIds: new Set(['known']) });
        if (outcome?.result !== 'Succeeded') return;
        succeeded++;
        // Its Job goes on, or has failed, for what else was in the pod.
        if (ofRun.status?.conditions?.[0]?.type === 'Failed')
          assert.ok(pods.some(({ status }) => status?.reason === 'DeadlineExceeded'));
        assert.ok(pods.some(proves));
        assert.ok(outcome.report);
      }),
      { numRuns: RUNS, seed: 20261125 },
    );
    assert.ok(succeeded > RUNS / 20, `only ${succeeded} successes: the cases say too little`);
    t.diagnostic(`${RUNS} cases, ${succeeded} of them succeeded`);
  });
});
