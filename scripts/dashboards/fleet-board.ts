import type { Board, Row } from './board.ts';
import { controllerRow } from './controller-row.ts';
import { countIn, DANGER, danger, STATES } from './danger.ts';
import { policyTable } from './fleet-table.ts';
import { AGE, BYTES, below, COUNT, countOfBad, missing, steps, words } from './look.ts';
import { lines, table, tile, timeline } from './panel.ts';
import { ALL_PICKED as ALL, ageOf, each, endedRuns, happened, partOfLimit, series } from './queries.ts';
import { RESULT_COLOURS } from './results.ts';

/** How each office is named in a chart. */
const OFFICE = '{{namespace}}/{{policy}}';

/** Which office is in danger, worst first. */
export const FLEET_BOARD: Board = {
  uid: 'case-backup-fleet',
  title: 'Case backups / Fleet',
  description: 'Which office is in danger, worst first; what each policy has stored; the controller.',
  picks: 'all',
  rows: [health(), offices(), nights(), stored(), controllerRow()],
};

function health(): Row {
  const states = {
    notSafe: ['Not safe', 'red', 'no verified backup younger than their limit, or one that is not what was sent'],
    atRisk: ['At risk', 'orange', 'a good backup, and something that will cost the next one if nobody acts'],
    unknown: ['Unknown', 'purple', 'nothing proves that they are safe: no word of them, or nobody keeps their status'],
  } as const;
  return {
    title: 'Health',
    panels: [
      ...Object.entries(states).map(([name, [title, colour, meaning]]) =>
        tile({
          title,
          description: `Policies with ${meaning}. No data means that no policy is told of at all, which is no good news.`,
          width: 3,
          expr: countIn(STATES[name as keyof typeof states], ALL),
          look: countOfBad(colour),
        }),
      ),
      tile({
        title: 'Safe',
        description:
          'Policies whose newest backup was verified and is younger than their limit, and nothing else is wrong.',
        width: 3,
        expr: countIn(STATES.safe, ALL),
        look: { unit: 'none', noValue: 'no data', mappings: [words({ 0: ['none', 'red'] })], steps: steps('green') },
      }),
      tile({
        title: 'Oldest protection',
        description:
          'Age of the newest verified backup of the policy that is worst off. Policies that never had one are not in it: they are Not safe, or Waiting.',
        width: 3,
        expr: `max(${ageOf('case_backup_last_success_timestamp_seconds', ALL)})`,
        look: { ...AGE, noValue: 'no backup at all' },
      }),
      tile({
        title: 'Next run in',
        description: 'Until the next scheduled run of any policy. "due" means that one should have begun.',
        width: 3,
        expr: `min(${happened('case_backup_next_run_timestamp_seconds', ALL)} - time())`,
        look: {
          unit: 'dtdurations',
          decimals: 1,
          noValue: 'none planned',
          mappings: [below(0, 'due', 'orange')],
        },
      }),
      tile({
        title: 'Runs going on',
        description: 'Policies of which a run is going on now.',
        width: 3,
        expr: `sum(${each('case_backup_run_start_timestamp_seconds', ALL)} > bool 0)`,
        look: { ...COUNT, mappings: [words({ 0: ['none', 'text'] })] },
      }),
      tile({
        title: 'Damaged',
        description: 'Stored backups that were verified and no longer read as they were. Any is too many.',
        width: 3,
        expr: `sum(${each('case_backup_archives_damaged', ALL)})`,
        look: countOfBad('red'),
      }),
    ],
  };
}

function offices(): Row {
  return {
    title: 'Offices, worst first',
    panels: [
      policyTable(),
      table({
        title: 'What is not as it should be',
        description:
          'Every condition that is False or Unknown; kubectl describe cbp says why and what to do. Unknown means that nothing proves either yet.',
        width: 14,
        height: 9,
        rows: { namespace: 'Namespace', policy: 'Policy', type: 'Condition', status: 'It is' },
        columns: [
          {
            title: 'How bad',
            expr: `max by (namespace, policy, type, status) (${series('case_backup_policy_condition', ALL, 'type!="Progressing", status="False"')}) == 1 or 0 * (max by (namespace, policy, type, status) (${series('case_backup_policy_condition', ALL, 'type!="Progressing", status="Unknown"')}) == 1)`,
            look: {
              unit: 'none',
              mappings: [words({ 1: ['wrong', 'red'], 0: ['not known', 'purple'] })],
              steps: steps('purple', [1, 'red']),
            },
          },
        ],
        sortBy: ['How bad'],
        noRows: 'all conditions are True',
      }),
      table({
        title: 'Alerts that fire',
        description:
          'Alerts of the chart that fire now, as Prometheus evaluates them. Empty also where its rules are not installed.',
        width: 10,
        height: 9,
        rows: { alertname: 'Alert', severity: 'Severity', namespace: 'Namespace', policy: 'Policy' },
        columns: [
          {
            title: 'Firing',
            expr: 'max by (alertname, severity, namespace, policy) (ALERTS{alertname=~"CaseBackup.+", alertstate="firing"})',
            look: { unit: 'none', mappings: [words({ 1: ['firing', 'red'] })], steps: steps('red') },
          },
        ],
        sortBy: ['Firing'],
        noRows: 'none',
      }),
    ],
  };
}

function nights(): Row {
  return {
    title: 'Nights',
    panels: [
      timeline({
        title: 'State',
        description: 'The state of each policy over time, as in the table above.',
        width: 24,
        height: 9,
        expr: danger(ALL),
        legend: OFFICE,
        look: DANGER,
      }),
      lines({
        title: 'Runs a day, by result',
        description:
          'Runs that ended on a day. Only Succeeded means that a verified and complete backup exists; Skipped is a run that another one was in the way of.',
        width: 12,
        targets: [{ expr: endedRuns(ALL, '$__interval'), legend: '{{result}}' }],
        look: COUNT,
        draw: 'bars',
        isStacked: true,
        colours: RESULT_COLOURS,
        interval: '1d',
      }),
      lines({
        title: 'Age against its limit',
        description:
          "Age of the newest verified backup as a part of the policy's staleAfterSeconds. At 100 % (the dashed line) the backup counts as too old.",
        width: 12,
        targets: [{ expr: partOfLimit(ALL), legend: OFFICE }],
        look: { unit: 'percentunit', min: 0, noValue: 'no data', steps: steps('text', [1, 'red']) },
      }),
      lines({
        title: 'Duration of the last run',
        description: 'How long the last run of each policy took.',
        width: 12,
        targets: [{ expr: each('case_backup_last_run_duration_seconds', ALL), legend: OFFICE }],
        look: { unit: 's', min: 0, noValue: 'no data' },
        draw: 'steps',
      }),
      lines({
        title: 'Files left out by the last run',
        description: 'Files that were listed and are not in the backup. Any makes the run Incomplete.',
        width: 12,
        targets: [{ expr: each('case_backup_last_run_skipped_files', ALL), legend: OFFICE }],
        look: { ...COUNT, min: 0 },
        draw: 'steps',
      }),
    ],
  };
}

function stored(): Row {
  return {
    title: 'What is stored',
    panels: [
      lines({
        title: 'Size of the newest backup',
        description: 'Bytes of the newest verified backup of each policy.',
        width: 8,
        targets: [{ expr: each('case_backup_last_success_archive_bytes', ALL), legend: OFFICE }],
        look: { ...BYTES, min: 0 },
        draw: 'steps',
      }),
      lines({
        title: 'All backups',
        description: 'Bytes of all backups of each policy.',
        width: 8,
        targets: [{ expr: each('case_backup_archives_bytes', ALL), legend: OFFICE }],
        look: { ...BYTES, min: 0 },
        draw: 'steps',
        isStacked: true,
      }),
      lines({
        title: 'Space in use',
        description:
          "Used part of each destination's space, where it reports one. The condition QuotaSufficient turns False when two more backups would not fit.",
        width: 8,
        targets: [
          {
            expr: `${each('case_backup_destination_used_bytes', ALL)} / ${happened('case_backup_destination_quota_bytes', ALL)}`,
            legend: OFFICE,
          },
        ],
        look: { unit: 'percentunit', min: 0, max: 1, noValue: 'not reported', mappings: [missing('not reported')] },
        draw: 'steps',
      }),
    ],
  };
}
