import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A rule as Prometheus takes it. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

export type Alert = Rule & Required<Pick<Rule, 'alert' | 'labels' | 'annotations'>>;

export const alertsOf = (groups: readonly Group[]): readonly Alert[] =>
  groups.flatMap(({ rules }) => rules.filter((rule): rule is Alert => rule.alert !== undefined));

const CHART = fileURLToPath(new URL('../../charts/case-backup', import.meta.url));
/** As values say it in the tests: the project's own address is not theirs to know. */
export const RUNBOOKS = 'https://runbooks.example/%s';
const GROUPS = ['policies', 'controller', 'kube-state-metrics'];

/** What the chart makes of files/alerts/, in namespace case-backup, for one expected policy cases/nightly. */
export function ruleGroups(): readonly Group[] {
  const read = (file: string): unknown =>
    parse(
      readFileSync(`${CHART}/files/alerts/${file}`, 'utf8')
        .replaceAll('RELEASE_NAMESPACE', 'case-backup')
        .replaceAll('EXPECTED_NAMESPACE', 'cases')
        .replaceAll('EXPECTED_POLICY', 'nightly'),
    );
  const files = globSync('CaseBackup*.yaml', { cwd: `${CHART}/files/alerts` }).sort();
  const rules = [read('recording.yaml'), ...files.map(read)].flat() as readonly (Rule & { readonly group: string })[];
  return GROUPS.map((name) => ({
    name: `case-backup.${name}`,
    rules: rules.filter(({ group }) => group === name).map((rule) => withRunbook(rule)),
  }));
}

function withRunbook({ group: _, ...rule }: Rule & { readonly group: string }): Rule {
  if (rule.alert === undefined) return rule;
  return { ...rule, annotations: { ...rule.annotations, runbook_url: RUNBOOKS.replace('%s', rule.alert) } };
}

const WORDS = new Set(
  'and or unless on by bool group_left time absent rate sum max min clamp_min label_replace avg_over_time max_over_time last_over_time quantile_over_time'.split(
    ' ',
  ),
);

/** The metrics that a PromQL expression asks for. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(?:by|on|group_left) *\([^)]*\)/g, '');
  return [...new Set(bare.match(/[a-zA-Z_][\w:]*/g) ?? [])].filter((word) => !WORDS.has(word));
}

/** An alert with the recordings that it stands on, alone: all rules at once would be evaluated forty times as often. */
export function ruleAlone(groups: readonly Group[], alert: Alert): readonly Group[] {
  const needed = new Set<Rule>([alert]);
  const recordings = groups.flatMap(({ rules }) => rules.filter(({ record }) => record !== undefined));
  // The set grows while it is walked.
  for (const { expr } of needed)
    for (const rule of recordings) if (metricsIn(expr).includes(rule.record ?? '')) needed.add(rule);
  return [{ name: 'alone', rules: [...recordings.filter((rule) => needed.has(rule)), alert] }];
}
