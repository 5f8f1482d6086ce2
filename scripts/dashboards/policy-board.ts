import type { Board, Row } from './board.ts';
import { DANGER, danger } from './danger.ts';
import { AGE, BYTES, below, COUNT, countOfBad, missing, words } from './look.ts';
import { lines, tile, timeline } from './panel.ts';
import { ageOf, condition, conditions, each, endedRuns, happened, lastRun, ONE_PICKED as ONE } from './queries.ts';
import { LAST_RUN, PROVEN, RESULT_COLOURS } from './results.ts';
import { runningJobRow } from './running-job-row.ts';
import { spaceRow } from './space-row.ts';

/** One policy: its nights, sizes, durations and space, and what is stored. */
export const POLICY_BOARD: Board = {
  uid: 'case-backup-policy',
  title: 'Case backups / Policy',
  description: 'One policy: its nights, their sizes and durations, when the destination is full, what is stored.',
  picks: 'one',
  rows: [now(), nights(), sizes(), spaceRow(), stored(), runningJobRow()],
};

function metric(name: string): string {
  return each(name, ONE);
}

function now(): Row {
  return {
    title: 'Now',
    panels: [
      tile({
        title: 'State',
        description:
          'Not safe: no verified backup within its limit, or the last check found another file. At risk: there is a good backup, and something will cost the next one. Unknown: nothing proves it safe.',
        width: 4,
        expr: danger(ONE),
        look: DANGER,
      }),
      tile({
        title: 'Newest verified backup',
        description: 'Its age. The chart below shows it against its limit, staleAfterSeconds.',
        width: 4,
        expr: ageOf('case_backup_last_success_timestamp_seconds', ONE),
        look: AGE,
      }),
      tile({
        title: 'Last run',
        description: 'How the newest run that tried ended, as far as anybody saw; a skipped one did not try.',
        width: 4,
        expr: lastRun(ONE),
        look: { unit: 'none', noValue: 'not known', mappings: [LAST_RUN] },
      }),
      tile({
        title: 'Verified',
        description: 'Whether the last check of a stored backup found what had been sent.',
        width: 4,
        expr: condition('Verified', ONE),
        look: { unit: 'none', noValue: 'not known', mappings: [PROVEN] },
      }),
      tile({
        title: 'Next run in',
        description: 'Until the next scheduled run; none is planned while the policy is suspended or not Ready.',
        width: 4,
        expr: `${happened('case_backup_next_run_timestamp_seconds', ONE)} - time()`,
        look: {
          unit: 'dtdurations',
          decimals: 1,
          noValue: 'none planned',
          mappings: [below(0, 'due', 'orange'), missing('none planned')],
        },
      }),
      tile({
        title: 'Suspended',
        description: 'A suspended policy makes no scheduled runs; by hand still works.',
        width: 4,
        expr: metric('case_backup_policy_suspended'),
        look: {
          unit: 'none',
          noValue: 'not known',
          mappings: [words({ 0: ['no', 'green'], 1: ['suspended', 'orange'] })],
        },
      }),
      tile({
        title: 'Failures in a row',
        description: 'Runs without a complete backup since the last that made one.',
        width: 4,
        expr: metric('case_backup_consecutive_failures'),
        look: countOfBad('red'),
      }),
      tile({
        title: 'Last failure',
        description: 'How long ago a run last ended without a complete backup.',
        width: 4,
        expr: ageOf('case_backup_last_failure_timestamp_seconds', ONE),
        look: AGE,
      }),
      tile({
        title: 'Last night without a run',
        description: 'How long ago a scheduled time passed at which no run began, neither then nor late.',
        width: 4,
        expr: ageOf('case_backup_missed_run_timestamp_seconds', ONE),
        look: AGE,
      }),
      tile({
        title: 'Last check',
        description: 'How long ago a stored backup was last checked, whatever was found.',
        width: 4,
        expr: ageOf('case_backup_last_verification_timestamp_seconds', ONE),
        look: AGE,
      }),
      tile({
        title: 'Logged',
        description: 'Whether the last run was logged in Postgres, or need not be. What is missing a later run adds.',
        width: 4,
        expr: metric('case_backup_last_log_write_success'),
        look: {
          unit: 'none',
          noValue: 'not known',
          mappings: [words({ 0: ['not logged', 'orange'], 1: ['yes', 'green'] })],
        },
      }),
      tile({
        title: 'Schedule',
        description: 'When it runs, and in which time zone.',
        width: 4,
        expr: `max by (schedule, time_zone) (case_backup_policy_info{${ONE}})`,
        legend: '{{schedule}}  {{time_zone}}',
        look: { unit: 'none', noValue: 'not known', mappings: [words({ 1: [' ', 'text'] })] },
      }),
    ],
  };
}

function nights(): Row {
  return {
    title: 'Nights',
    panels: [
      timeline({
        title: 'Conditions',
        description: 'What was True, False or Unknown, and when; docs/kubernetes.md says what each means.',
        width: 24,
        height: 11,
        expr: conditions(ONE),
        legend: '{{type}}',
        look: {
          unit: 'none',
          noValue: 'not known',
          mappings: [words({ 0: ['False', 'red'], 1: ['True', 'green'], 2: ['Unknown', 'purple'] })],
        },
      }),
      lines({
        title: 'Runs a day, by result',
        description:
          'Runs that ended on a day. Only Succeeded means that a verified and complete backup exists; Skipped is a run that another one was in the way of.',
        width: 12,
        targets: [{ expr: endedRuns(ONE, '$__interval'), legend: '{{result}}' }],
        look: COUNT,
        draw: 'bars',
        isStacked: true,
        colours: RESULT_COLOURS,
        interval: '1d',
      }),
      lines({
        title: 'Age of the newest verified backup',
        description:
          'It falls with every good night. Above its limit (staleAfterSeconds) the backup counts as too old.',
        width: 12,
        targets: [
          { expr: ageOf('case_backup_last_success_timestamp_seconds', ONE), legend: 'age' },
          { expr: metric('case_backup_policy_stale_after_seconds'), legend: 'limit' },
          { expr: metric('case_backup_schedule_interval_seconds'), legend: 'longest time between two runs' },
        ],
        look: { unit: 's', min: 0, noValue: 'never' },
        colours: { limit: 'red', age: 'blue', 'longest time between two runs': 'text' },
      }),
      lines({
        title: 'Duration by stage',
        description: 'How long each stage of the last run took, once for every day.',
        width: 12,
        targets: [
          { expr: `max by (stage) (case_backup_last_run_stage_duration_seconds{${ONE}})`, legend: '{{stage}}' },
        ],
        look: { unit: 's', min: 0, noValue: 'no run yet' },
        draw: 'bars',
        isStacked: true,
        interval: '1d',
      }),
      lines({
        title: 'Duration of the last run',
        description: 'From start to end, the wait for its pod included. One that nears its deadline will be cut off.',
        width: 12,
        targets: [{ expr: metric('case_backup_last_run_duration_seconds'), legend: 'duration' }],
        look: { unit: 's', min: 0, noValue: 'no run yet' },
        draw: 'steps',
      }),
    ],
  };
}

function sizes(): Row {
  return {
    title: 'Sizes',
    panels: [
      lines({
        title: 'Newest verified backup',
        description: 'Bytes of the files, and of the ZIP that holds them. A fall that nobody expects is worth a look.',
        width: 8,
        targets: [
          { expr: metric('case_backup_last_success_source_bytes'), legend: 'files' },
          { expr: metric('case_backup_last_success_archive_bytes'), legend: 'ZIP' },
        ],
        look: { ...BYTES, min: 0 },
        draw: 'steps',
      }),
      lines({
        title: 'Files in it',
        description: 'Files in the newest verified backup.',
        width: 6,
        targets: [{ expr: metric('case_backup_last_success_files'), legend: 'files' }],
        look: { ...COUNT, min: 0 },
        draw: 'steps',
      }),
      lines({
        title: 'Cases in it',
        description: 'Cases in the newest verified backup.',
        width: 5,
        targets: [{ expr: metric('case_backup_last_success_cases'), legend: 'cases' }],
        look: { ...COUNT, min: 0 },
        draw: 'steps',
      }),
      lines({
        title: 'Files left out',
        description: 'Listed files that the last run could not back up; kubectl describe cbp names the first of them.',
        width: 5,
        targets: [{ expr: metric('case_backup_last_run_skipped_files'), legend: 'left out' }],
        look: { ...COUNT, min: 0 },
        draw: 'steps',
        colours: { 'left out': 'orange' },
      }),
    ],
  };
}

function stored(): Row {
  return {
    title: 'What is stored',
    panels: [
      tile({
        title: 'Backups',
        description: "Backups of this policy's source that are stored.",
        width: 3,
        expr: metric('case_backup_archives'),
        look: { ...COUNT, mappings: [words({ 0: ['none', 'red'] })] },
      }),
      tile({
        title: 'Beyond minimum',
        description:
          'Backups beyond retention.minimumBackups, the newest verified ones that stay however old they are.',
        width: 3,
        expr: `${metric('case_backup_archives')} - ${metric('case_backup_retention_min_archives')}`,
        look: { ...COUNT, mappings: [below(-1, 'too few yet', 'orange')] },
      }),
      tile({
        title: 'Oldest',
        description: 'How far back one can go.',
        width: 3,
        expr: ageOf('case_backup_oldest_archive_timestamp_seconds', ONE),
        look: { ...AGE, noValue: 'none', mappings: [missing('none')] },
      }),
      tile({
        title: 'Newest',
        description: 'Age of the newest backup that lies there, verified or not.',
        width: 3,
        expr: ageOf('case_backup_newest_archive_timestamp_seconds', ONE),
        look: { ...AGE, noValue: 'none', mappings: [missing('none')] },
      }),
      tile({
        title: 'Damaged',
        description: 'Backups that were verified and no longer read as they were.',
        width: 3,
        expr: metric('case_backup_archives_damaged'),
        look: countOfBad('red'),
      }),
      tile({
        title: 'Expired, still there',
        description: 'Backups that retention should have deleted: it is held, or behind its cap of one run.',
        width: 3,
        expr: metric('case_backup_retention_expired_archives'),
        look: countOfBad('orange'),
      }),
      tile({
        title: 'Retention',
        description: 'Whether the last retention did all that was due. "held" also where it has not run yet.',
        width: 3,
        expr: metric('case_backup_last_retention_success'),
        look: {
          unit: 'none',
          noValue: 'not known',
          mappings: [words({ 0: ['held, or never', 'orange'], 1: ['done', 'green'] })],
        },
      }),
      tile({
        title: 'Last retention',
        description: 'How long ago retention last ran.',
        width: 3,
        expr: ageOf('case_backup_last_retention_timestamp_seconds', ONE),
        look: AGE,
      }),
      lines({
        title: 'Backups stored',
        description: 'How many there are, how many must stay, and how many of others lie in the same folder.',
        width: 24,
        targets: [
          { expr: metric('case_backup_archives'), legend: 'stored' },
          { expr: metric('case_backup_retention_min_archives'), legend: 'must stay' },
          { expr: metric('case_backup_archives_foreign'), legend: 'of others' },
        ],
        look: { ...COUNT, min: 0 },
        draw: 'steps',
        colours: { stored: 'green', 'must stay': 'orange', 'of others': 'text' },
      }),
    ],
  };
}
