import { counted } from '../../api/counted.ts';
import type { Baseline } from '../../api/report.ts';
import type { Inventory, SeenInventory } from '../../repository/inventory.ts';
import type { RunRecord, StoredRecord } from '../../repository/record.ts';
import { isAhead } from '../../repository/retention/clock-doubt.ts';
import { isOthers } from '../../repository/retention/retention.ts';
import { isAtHome, isOf, isSamePlace, isSameSource, kinshipOf, type Series } from '../../repository/series.ts';
import type { Night } from '../night.ts';
import type { Totals } from './shrink.ts';

/** A night that made a backup, complete or not, whatever has become of it since: its record knows what was listed. */
export interface PastNight {
  readonly record: RunRecord;
  readonly totals: Totals;
  readonly sizes: { readonly source: number; readonly archive: number };
}

/** Oldest first: those whose backup stands, and those that are no older than what the policy keeps. */
export function keptNights(series: Series, { backups, records }: Inventory, { start, spec }: Night): Totals[] {
  const standing = new Set(backups.map(({ proof }) => proof?.record.runId));
  const from = start.getTime() - spec.retention.keepDays * 86_400_000;
  const nights = nightsIn(records.records);
  const own = nights.filter(({ record }) => isOf(series, record));
  const known = own.length > 0 ? own : nights.filter(({ record }) => kinshipOf(series, record) === 'elsewhere');
  return known
    .filter(({ record }) => standing.has(record.runId) || Date.parse(record.startTime) >= from)
    .map(({ totals }) => totals);
}

/**
 * What tonight is compared with: the series' own newest night. Before its first one stands what a change of names leaves:
 * the same path in another namespace, which is to be refused, the same policy as it was elsewhere, before its cluster was
 * lost, and the same source under the policy's former name.
 */
export function lastNight(series: Series, { records }: Inventory, now: Date): PastNight | undefined {
  const all = nightsIn(records.records);
  const past = all.filter(({ record }) => !isAhead(new Date(record.startTime), now));
  // Where all lie ahead, it is tonight's clock that is wrong.
  return newestFor(series, past) ?? newestFor(series, all);
}

function newestFor(series: Series, nights: readonly PastNight[]): PastNight | undefined {
  const isNamesake = ({ policy, source }: RunRecord): boolean =>
    policy === series.policy && isSamePlace(series.source, source);
  return (
    nights.findLast(({ record }) => isOf(series, record)) ??
    nights.findLast(({ record }) => isNamesake(record) && isAtHome(series, record)) ??
    nights.findLast(({ record }) => kinshipOf(series, record) === 'elsewhere') ??
    nights.findLast(({ record }) => isNamesake(record)) ??
    nights.findLast(({ record }) => isSameSource(series.source, record.source))
  );
}

/**
 * How a night says what it was compared with. Nothing, although there is or was something here, is no first backup: a run
 * of the policy was here when it has left its copy, and each leaves a record too.
 */
export function baselineOf(
  before: PastNight | undefined,
  { backups, records, series }: SeenInventory,
  wasHere: boolean,
): Baseline {
  if (before) return { kind: 'LastNight', runId: before.record.runId };
  const hasTraces =
    backups.length > 0 ||
    records.unreadable.length > 0 ||
    (wasHere && !records.records.some(({ record }) => isOf(series, record))) ||
    records.records.some(({ record }) => record.archives !== undefined);
  return { kind: hasTraces ? 'Nothing' : 'FirstBackup' };
}

/** Why there was nothing to compare with, for the warning. */
export function tracesIn({ backups, records }: Inventory): string {
  const foreign = backups.filter(({ status }) => isOthers(status)).length;
  const traces = [
    ...(backups.length > foreign ? [`${counted(backups.length - foreign, 'backup')} without a run record`] : []),
    ...(foreign > 0 ? [`${counted(foreign, 'backup')} of another policy or source`] : []),
    ...(records.unreadable.length > 0
      ? [`${counted(records.unreadable.length, 'run record')} that can't be read`]
      : []),
  ];
  return traces.length > 0 ? `all that is here is ${traces.join(', ')}` : 'the run records of before are gone';
}

const nightsIn = (records: readonly StoredRecord[]): PastNight[] =>
  records.flatMap(({ record }) => {
    const { state, archives, report, source } = record;
    if (state !== 'finished' || !archives || !report || !source.totals) return [];
    return [{ record, totals: source.totals, sizes: { source: report.sourceBytes, archive: report.archiveBytes } }];
  });
