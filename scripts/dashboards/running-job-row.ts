import { STAGES } from '../../src/api/report.ts';
import type { Row } from './board.ts';
import { AGE, COUNT, type Look, missing, words } from './look.ts';
import { lines, tile } from './panel.ts';
import { ageOf, each, ITS_RUNS, ONE_PICKED as ONE, series } from './queries.ts';

const IDLE: Look = { ...AGE, noValue: 'no run', mappings: [missing('no run')] };

const UNSCRAPED = 'no run, or not scraped';
const SCRAPED = { min: 0, noValue: UNSCRAPED };

const STAGE: Look = {
  unit: 'none',
  noValue: UNSCRAPED,
  mappings: [words(Object.fromEntries(STAGES.map((stage, index) => [index, [stage, 'blue'] as const])))],
};

const perSecond = (metric: string, by: string): string =>
  `sum by (${by}) (rate(${series(metric, ITS_RUNS)}[$__rate_interval]))`;

/** The run that goes on: what the controller hears of it, and what its pod tells a Prometheus that scrapes it. */
export function runningJobRow(): Row {
  return {
    title: 'The run that goes on (the charts need a PodMonitor for the pods of the jobs)',
    panels: [
      tile({
        title: 'Running for',
        description: 'How long the run that goes on has been going on.',
        width: 5,
        expr: ageOf('case_backup_run_start_timestamp_seconds', ONE),
        look: IDLE,
      }),
      tile({
        title: 'Last moved',
        description: 'How long ago its work was last seen to move. A run that waits for Dropbox does not move.',
        width: 5,
        expr: ageOf('case_backup_run_heartbeat_timestamp_seconds', ONE),
        look: { ...IDLE, unit: 's' },
      }),
      tile({
        title: 'Done of its stage',
        description: 'Progress of the stage that it is in.',
        width: 5,
        expr: each('case_backup_run_progress_ratio', ONE),
        look: { unit: 'percentunit', decimals: 0, min: 0, max: 1, noValue: 'no run' },
      }),
      tile({
        title: 'Stage',
        description: 'What the run is doing now.',
        width: 5,
        expr: each('case_backup_run_stage', ITS_RUNS),
        look: STAGE,
      }),
      tile({
        title: 'Waits',
        description:
          'Whether the run waits: for its pod to start, or for a service. kubectl describe cbp says for what.',
        width: 4,
        expr: each('case_backup_run_waiting', ONE),
        look: { unit: 'none', noValue: 'not known', mappings: [words({ 0: ['no', 'text'], 1: ['waits', 'orange'] })] },
      }),
      lines({
        title: 'Bytes done in its stage',
        description: 'Bytes that the current stage has dealt with; it begins at 0 with every stage.',
        width: 12,
        targets: [{ expr: each('case_backup_run_bytes', ITS_RUNS), legend: 'bytes' }],
        look: { unit: 'bytes', ...SCRAPED },
      }),
      lines({
        title: 'Files done in its stage',
        description: 'Files that the current stage has dealt with; it begins at 0 with every stage.',
        width: 12,
        targets: [{ expr: each('case_backup_run_files', ITS_RUNS), legend: 'files' }],
        look: { ...COUNT, ...SCRAPED },
      }),
      lines({
        title: 'Requests to Dropbox',
        description: 'Requests a second by HTTP status: 429 is a refusal for their rate, "fault" no answer at all.',
        width: 8,
        targets: [{ expr: perSecond('case_backup_dropbox_requests_total', 'code'), legend: '{{code}}' }],
        look: { unit: 'reqps', ...SCRAPED },
      }),
      lines({
        title: 'Waiting to ask Dropbox again',
        description: 'Seconds waited in a second, by reason, of all calls side by side together.',
        width: 8,
        targets: [{ expr: perSecond('case_backup_dropbox_retry_wait_seconds_total', 'reason'), legend: '{{reason}}' }],
        look: { unit: 's', ...SCRAPED },
      }),
      lines({
        title: 'Pace found',
        description: 'Calls a second that go out at most since Dropbox refused some; 0 while it refuses none.',
        width: 8,
        targets: [{ expr: each('case_backup_dropbox_calls_per_second_limit', ITS_RUNS), legend: 'limit' }],
        look: { unit: 'reqps', ...SCRAPED },
      }),
    ],
  };
}
