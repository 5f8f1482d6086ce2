import assert from 'node:assert/strict';
import { test } from 'node:test';
import { danger, STATES } from '../../scripts/dashboards/danger.ts';
import { ALL_PICKED } from '../../scripts/dashboards/queries.ts';
import { type ConditionStatus, type ConditionType, conditionsFrom } from '../../src/api/conditions.ts';
import type { FinishedRun, PolicyStatus } from '../../src/api/status.ts';
import { judge } from '../../src/controller/policy/judge.ts';
import { policyMetricsText } from '../../src/controller/policy/policy-metrics-text.ts';
import { aCachedPolicy, aStoredPolicy } from '../controller/pure/a-stored-policy.ts';
import { faultOf, NOW } from './ask-promtool.ts';
import { filledIn } from './boards.ts';

/** In which state a policy with a status is, by the very text that its controller would serve. */
const ago = (hours: number): string => new Date(NOW.getTime() - hours * 3_600_000).toISOString().replace('.000', '');

const LEADS = 'leader_election_master_status{job="case-backup",instance="one",name="l"} 1';
const FOLLOWS = 'leader_election_master_status{job="case-backup",instance="one",name="l"} 0';
const UP = 'up{job="case-backup",instance="one"} 1';

const good = (hours: number): FinishedRun => ({
  jobName: `good-${hours}`,
  jobUid: `uid-good-${hours}`,
  trigger: 'Scheduled',
  result: 'Succeeded',
  reason: 'Verified',
  message: 'a sentence',
  exitCode: 0,
  completionTime: ago(hours),
  archiveBytes: 1_000,
});
const bad = (hours: number, change: Partial<FinishedRun> = {}): FinishedRun => ({
  ...good(hours),
  jobName: `bad-${hours}`,
  jobUid: `uid-bad-${hours}`,
  result: 'Failed',
  reason: 'Unexpected',
  exitCode: 1,
  ...change,
});

const UNSEEN = { result: 'Interrupted', reason: 'JobGone' } as const;

const protectedSince = (hours: number): PolicyStatus => ({
  lastSuccessTime: ago(hours),
  lastSuccess: good(hours),
  lastRun: good(hours),
  history: [good(hours)],
  lastVerification: { level: 'Standard', result: 'Succeeded', completionTime: ago(hours) },
});

interface Told {
  readonly spec?: object;
  readonly created?: string;
  /** Conditions that are other than the status would make them. */
  readonly conditions?: Partial<Record<ConditionType, ConditionStatus>>;
  /** What else Prometheus hears. */
  readonly besides?: readonly string[];
}

function seriesOf(
  status: PolicyStatus,
  { spec = {}, created = ago(20 * 24), conditions = {}, besides = [LEADS, UP] }: Told,
) {
  const stored = aStoredPolicy(spec, { status, created });
  const judgements = judge(stored.spec, status, NOW);
  const ready = { status: 'True', reason: 'CronJobStands', message: '' } as const;
  const judged = conditionsFrom({ Ready: ready, ...judgements }, [], 1, NOW).map((condition) => ({
    ...condition,
    status: conditions[condition.type] ?? condition.status,
  }));
  const text = [
    ...policyMetricsText([aCachedPolicy(spec, { status: { ...status, conditions: judged }, created })], NOW),
  ];
  const policies = text
    .join('')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace('{', '{job="case-backup",instance="one",'));
  return [...policies, ...besides];
}

const cases: { readonly name: string; readonly is: keyof typeof STATES; readonly series: readonly string[] }[] = [];
const policy = (name: string, is: keyof typeof STATES, status: PolicyStatus, told: Told = {}): number =>
  cases.push({ name, is, series: seriesOf(status, told) });

policy('a verified backup of last night, and nothing wrong', 'safe', protectedSince(9));
policy('a new policy before its first night', 'waiting', {}, { created: ago(2) });
policy(
  'a new policy whose Secret is missing',
  'atRisk',
  {},
  { created: ago(2), conditions: { CredentialsValid: 'False' } },
);
policy('a policy that should have run and never did', 'notSafe', {}, { created: ago(30) });
policy('a first run that failed', 'notSafe', { lastRun: bad(1), history: [bad(1)] }, { created: ago(2) });
policy('a backup older than its own limit', 'notSafe', protectedSince(27));
policy('the same age, within the limit of its policy', 'safe', protectedSince(27), {
  spec: { staleAfterSeconds: 200_000 },
});
policy('a backup that the clock made too old, of which the controller has not said so', 'notSafe', protectedSince(27), {
  conditions: { Fresh: 'True' },
});
policy('a stored object that was not what had been sent', 'notSafe', {
  ...protectedSince(9),
  lastVerification: { level: 'Standard', result: 'Failed', completionTime: ago(1) },
});
policy('a good backup, and a last run that failed', 'atRisk', {
  ...protectedSince(20),
  lastRun: bad(9),
  history: [bad(9), good(20)],
});
policy('a good backup, and a stored one that is damaged', 'atRisk', protectedSince(9), {
  conditions: { BackupsIntact: 'False' },
});
policy('a good backup, and no room for two more', 'atRisk', protectedSince(9), {
  conditions: { QuotaSufficient: 'False' },
});
policy('a good backup, and a policy that is not accepted any more', 'atRisk', protectedSince(9), {
  conditions: { Ready: 'False' },
});
policy('a good backup of a suspended policy', 'atRisk', protectedSince(9), { spec: { suspend: true } });
policy('an old backup of a suspended policy', 'unknown', protectedSince(100), { spec: { suspend: true } });
policy('a night that was missed since the last good one', 'atRisk', {
  ...protectedSince(20),
  missedScheduleTime: ago(9),
});
policy('a night that was missed before the last good one', 'safe', {
  ...protectedSince(9),
  missedScheduleTime: ago(33),
});
policy('a last run whose end nobody saw', 'unknown', {
  ...protectedSince(20),
  lastRun: bad(9, UNSEEN),
  history: [bad(9, UNSEEN), good(20)],
});
policy('a good backup, and nobody who keeps its status', 'unknown', protectedSince(9), { besides: [FOLLOWS, UP] });
policy('an old backup, and nobody who keeps its status', 'notSafe', protectedSince(27), { besides: [FOLLOWS, UP] });
policy('a good backup in a namespace that the controller may not read', 'unknown', protectedSince(9), {
  besides: [LEADS, UP, 'case_backup_controller_namespace_served{job="case-backup",instance="one",namespace="cases"} 0'],
});
policy('a good backup under a controller that may read nothing', 'unknown', protectedSince(9), {
  besides: [LEADS, UP, 'case_backup_controller_namespace_served{job="case-backup",instance="one",namespace=""} 0'],
});

const query = filledIn(danger(ALL_PICKED));
const LABELS = '{namespace="cases",policy="nightly"}';

for (const { name, is, series } of cases)
  test(`${name}: ${is}`, () => {
    assert.equal(faultOf(query, { now: series }, [{ labels: LABELS, value: STATES[is] }]), '');
  });

const lastWord = seriesOf(protectedSince(9), { besides: [] });

test('a policy of a controller that is gone is unknown for a day, not safe and not away', () => {
  assert.equal(faultOf(query, { before: lastWord }, [{ labels: LABELS, value: STATES.unknown }]), '');
});

test('a policy that a controller no longer tells of is deleted, and in no state', () => {
  assert.equal(faultOf(query, { before: lastWord, now: [UP] }, []), '');
});

test('the worse a state, the higher it is sorted', () => {
  const { notSafe, atRisk, unknown, waiting, safe } = STATES;
  assert.deepEqual([notSafe, atRisk, unknown, waiting, safe], [4, 3, 2, 1, 0]);
});
