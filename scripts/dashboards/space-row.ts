import type { Row } from './board.ts';
import { BYTES, below, missing, steps, words } from './look.ts';
import { lines, tile } from './panel.ts';
import { each, happened, ONE_PICKED as ONE, series } from './queries.ts';

/** Two weeks tell growth from the weekly ups and downs of retention, and a new policy need not wait longer. */
const TREND = '14d';
const TREND_SECONDS = 14 * 86_400;

const USED = each('case_backup_destination_used_bytes', ONE);
const QUOTA = happened('case_backup_destination_quota_bytes', ONE);
/** Bytes a second, or nothing where the destination does not grow. */
const GROWTH = `(max by (namespace, policy) (deriv(${series('case_backup_destination_used_bytes', ONE)}[${TREND}])) > 0)`;
const UNTIL_FULL = `(${QUOTA} - ${USED}) / ${GROWTH}`;

export function spaceRow(): Row {
  return {
    title: 'Space',
    panels: [
      tile({
        title: 'Full in',
        description: `When the destination is full if it goes on growing as in the last ${TREND}; whoever else fills it counts too.`,
        width: 5,
        expr: UNTIL_FULL,
        look: {
          unit: 'dtdurations',
          decimals: 1,
          noValue: 'it does not grow, or reports no limit',
          mappings: [below(0, 'full', 'red')],
        },
      }),
      tile({
        title: 'Nights until full',
        description:
          'The same in scheduled runs. From two on red: then the next night that fails for want of space is near enough to act today.',
        width: 5,
        expr: `floor(${UNTIL_FULL} / ${happened('case_backup_schedule_interval_seconds', ONE)})`,
        look: {
          unit: 'none',
          decimals: 0,
          noValue: 'it does not grow, or reports no limit',
          mappings: [words({ 0: ['less than one', 'red'] }), below(-1, 'full', 'red')],
          steps: steps('red', [3, 'text']),
        },
      }),
      tile({
        title: 'Room for more backups',
        description:
          'How many backups of the size of the newest fit into the free space. Below two the condition QuotaSufficient is False.',
        width: 5,
        expr: `floor((${QUOTA} - ${USED}) / ${happened('case_backup_last_success_archive_bytes', ONE)})`,
        look: {
          unit: 'none',
          decimals: 0,
          noValue: 'not reported',
          mappings: [words({ 0: ['none', 'red'] }), below(-1, 'none', 'red'), missing('not reported')],
          steps: steps('red', [2, 'green']),
        },
      }),
      tile({
        title: 'In use',
        description: "Used part of the destination's space.",
        width: 4,
        expr: `${USED} / ${QUOTA}`,
        look: { unit: 'percentunit', decimals: 0, noValue: 'not reported', mappings: [missing('not reported')] },
      }),
      tile({
        title: 'All backups',
        description: 'Bytes of all backups of this policy.',
        width: 5,
        expr: each('case_backup_archives_bytes', ONE),
        look: BYTES,
      }),
      lines({
        title: 'Space of the destination',
        description: `What is in use, what there is, what would be in use two weeks later at the pace of the ${TREND} before, and how much of it are backups of this policy.`,
        width: 24,
        height: 9,
        targets: [
          { expr: USED, legend: 'in use' },
          { expr: QUOTA, legend: 'there is' },
          {
            expr: `max by (namespace, policy) (predict_linear(${series('case_backup_destination_used_bytes', ONE)}[${TREND}], ${TREND_SECONDS})) and ${QUOTA}`,
            legend: 'in use two weeks later',
          },
          { expr: each('case_backup_archives_bytes', ONE), legend: 'backups of this policy' },
        ],
        look: { ...BYTES, min: 0 },
        draw: 'steps',
        colours: {
          'in use': 'blue',
          'there is': 'red',
          'in use two weeks later': 'orange',
          'backups of this policy': 'green',
        },
      }),
    ],
  };
}
