import type { PolicySpec } from '../api/policy.ts';
import { hasPassed, type Verification } from '../api/report.ts';
import type { SeenInventory } from '../repository/inventory.ts';
import { isOf } from '../repository/series.ts';

const DAY_MS = 86_400_000;
/** A night may begin some hours earlier than the one a week ago. */
const SLACK_MS = DAY_MS / 2;

/** How tonight's backup is checked: as the policy says, and as Full when the last full check on record is old enough. */
export function levelOf(
  { level, fullEvery }: PolicySpec['verification'],
  { records, series }: SeenInventory,
  now: Date,
): Verification['level'] {
  if (fullEvery === undefined) return level;
  const dueFrom = now.getTime() - fullEvery * DAY_MS + SLACK_MS;
  const isRecent = records.records.some(({ record }) => {
    const { verification } = record.report ?? {};
    const isFull = verification?.level === 'Full' && hasPassed(verification) && isOf(series, record);
    return isFull && Date.parse(verification.timestamp) > dueFrom;
  });
  return isRecent ? level : 'Full';
}
