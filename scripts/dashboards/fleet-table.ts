import { DANGER, danger } from './danger.ts';
import { AGE, BYTES, below, COUNT, missing, steps, words } from './look.ts';
import { type Panel, table } from './panel.ts';
import { ALL_PICKED as ALL, ageOf, condition, each, happened, lastRun, partOfLimit, series } from './queries.ts';
import { LAST_RUN, PROVEN } from './results.ts';

/** One row for each policy, the one in most danger first. */
export function policyTable(): Panel {
  return table({
    title: 'Policies',
    description:
      'Worst first, and among equals the one whose backup is oldest for its limit. Not safe: no verified backup within its limit, or the last check found another file. At risk: there is a good backup, and a condition is False, a night was missed, or the policy is suspended. Unknown: nothing proves it safe. Waiting: new, no run has ended yet.',
    width: 24,
    height: 11,
    rows: { namespace: 'Namespace', policy: 'Policy' },
    columns: [
      { title: 'State', expr: danger(ALL), look: DANGER },
      { title: 'Newest verified backup', expr: ageOf('case_backup_last_success_timestamp_seconds', ALL), look: AGE },
      {
        title: 'Of its limit',
        expr: partOfLimit(ALL),
        look: { unit: 'percentunit', decimals: 0, min: 0, max: 1, steps: steps('green', [1, 'red']) },
        isBar: true,
      },
      { title: 'Last run', expr: lastRun(ALL), look: { unit: 'none', mappings: [LAST_RUN] } },
      { title: 'Failures in a row', expr: each('case_backup_consecutive_failures', ALL), look: COUNT },
      { title: 'Verified', expr: condition('Verified', ALL), look: { unit: 'none', mappings: [PROVEN] } },
      {
        title: 'Next run in',
        expr: `${happened('case_backup_next_run_timestamp_seconds', ALL)} - time()`,
        look: {
          unit: 'dtdurations',
          decimals: 1,
          noValue: 'none planned',
          mappings: [below(0, 'due', 'orange'), missing('none planned', 'orange')],
        },
      },
      { title: 'Backups kept', expr: each('case_backup_archives', ALL), look: COUNT },
      { title: 'Size', expr: each('case_backup_last_success_archive_bytes', ALL), look: BYTES },
      { title: 'Files left out', expr: each('case_backup_last_run_skipped_files', ALL), look: COUNT },
      {
        title: 'Conditions not True',
        expr: `sum by (namespace, policy) (max by (namespace, policy, type) (${series('case_backup_policy_condition', ALL, 'type!="Progressing", status!="True"')}))`,
        look: { ...COUNT, mappings: [words({ 0: ['none', 'green'] })] },
      },
    ],
    sortBy: ['State', 'Of its limit'],
    link: {
      column: 'Policy',
      title: 'Nights, sizes and space of this policy',
      url: `/d/case-backup-policy?\${datasource:queryparam}&\${job:queryparam}&var-namespace=\${__data.fields.Namespace}&var-policy=\${__data.fields.Policy}&\${__url_time_range}`,
    },
    noRows: 'none',
  });
}
