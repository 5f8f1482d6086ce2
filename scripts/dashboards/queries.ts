/** The policies that a query is about, as label matchers of Grafana's variables. */
export type Scope = string;

export const ALL_PICKED: Scope = 'job=~"$job", namespace=~"$namespace", policy=~"$policy"';
/** By equality: the dot that a name may have would match any letter. */
export const ONE_PICKED: Scope = 'job=~"$job", namespace="$namespace", policy="$policy"';
/** What only the pods of a policy's runs tell, whose job is another one than the controller's. */
export const ITS_RUNS: Scope = 'namespace="$namespace", policy="$policy"';
/** The controllers, whatever policies are picked. */
export const CONTROLLERS: Scope = 'job=~"$job"';

export const series = (metric: string, scope: Scope, matchers = ''): string =>
  `${metric}{${scope}${matchers === '' ? '' : `, ${matchers}`}}`;

/** A metric of each policy once, however many replicas tell it; by its other labels, where they are named. */
export const each = (metric: string, scope: Scope, { matchers = '', by = '' } = {}): string =>
  `max by (namespace, policy${by === '' ? '' : `, ${by}`}) (${series(metric, scope, matchers)})`;

/** An instant that has been, or nothing for never. */
export const happened = (metric: string, scope: Scope): string => `(${each(metric, scope)} > 0)`;
export const ageOf = (metric: string, scope: Scope): string => `time() - ${happened(metric, scope)}`;

const status = (type: string, is: string, scope: Scope): string =>
  each('case_backup_policy_condition', scope, { matchers: `type="${type}", status="${is}"` });

/** A condition as a number: 0 False, 1 True, 2 Unknown. */
export const condition = (type: string, scope: Scope): string =>
  `${status(type, 'True', scope)} + 2 * ${status(type, 'Unknown', scope)}`;

/** The same of all conditions but Progressing, which is about no danger. */
export const conditions = (scope: Scope): string => {
  const ofStatus = (is: string): string =>
    `max by (type) (${series('case_backup_policy_condition', scope, `type!="Progressing", status="${is}"`)})`;
  return `${ofStatus('True')} + 2 * ${ofStatus('Unknown')}`;
};

/** How the newest run that tried ended: 0 failed, 1 succeeded, 2 not known, 3 none yet. */
export const lastRun = (scope: Scope): string =>
  `${condition('LastRunSucceeded', scope)} + (${each('case_backup_last_run_timestamp_seconds', scope)} == bool 0)`;

/** The age of the newest verified backup, or of a policy that has none, as a part of what it may be: 1 is stale. */
export const partOfLimit = (scope: Scope): string => {
  const since = `(${happened('case_backup_last_success_timestamp_seconds', scope)} or ${each('case_backup_policy_created_timestamp_seconds', scope)})`;
  return `(time() - ${since}) / ${each('case_backup_policy_stale_after_seconds', scope)}`;
};

/** Runs that have ended within a range, by result. */
export const endedRuns = (scope: Scope, range: string): string =>
  `sum by (result) (round(max by (namespace, policy, result, trigger) (increase(${series('case_backup_runs_total', scope)}[${range}]))))`;
