import { counted } from '../../src/api/counted.ts';
import { printable } from '../../src/host/printable.ts';
import { homeInWords } from '../../src/repository/home.ts';
import type { Inventory } from '../../src/repository/inventory.ts';
import { mainArchive, type StoredRecord } from '../../src/repository/record.ts';
import { isOf, kinshipOf, type Series } from '../../src/repository/series.ts';
import { lastRead } from '../../src/repository/verify/reading-due.ts';
import type { ReadableStore } from '../../src/store/store.ts';
import { table } from './table.ts';
import { formatBytes } from './words.ts';

/** What `list` prints: for people a table, newest last, for programs the same facts as JSON. */
export function inventoryJson(inventory: Inventory, destination: ReadableStore, series: Series): object {
  return {
    backups: inventory.backups.map(({ name, file, status, date, proof }) => ({
      path: destination.locate(name),
      status,
      date: date.toISOString(),
      bytes: file.size,
      contentHash: archiveOf(proof)?.contentHash ?? file.contentHash,
      cases: proof?.record.report?.cases,
      files: proof?.record.report?.files,
      skippedFiles: proof?.record.report?.skippedFiles,
      runId: proof?.record.runId,
      lastReadTime: lastRead({ file, proof }),
      damagedTime: proof?.record.damagedTime,
      ...(proof && ownerOf(proof, series)),
    })),
    lost: inventory.lost.map((stored) => ({
      path: mainArchive(stored.record)?.path,
      runId: stored.record.runId,
      ...ownerOf(stored, series),
    })),
    unfinishedRuns: inventory.records.records
      .filter(({ record }) => record.state !== 'finished')
      .map(({ record }) => record.runId),
    unreadableRecords: inventory.records.unreadable,
  };
}

export function inventoryTable(inventory: Inventory, destination: ReadableStore, series: Series): string {
  if (inventory.backups.length === 0 && inventory.lost.length === 0)
    return `no backups in ${printable(destination.locate(''))}\n`;
  const rows = inventory.backups.map(({ name, file, status, proof }) => {
    const report = proof?.record.report;
    return [
      name,
      status,
      formatBytes(file.size),
      report ? counted(report.cases, 'case') : '',
      report ? counted(report.files, 'file') : '',
      lastRead({ file, proof })?.slice(0, 10) ?? '',
      proof ? ownerIn(proof, series) : '',
    ];
  });
  for (const stored of inventory.lost) {
    const { record } = stored;
    rows.push([mainArchive(record)?.name ?? record.runId, 'LOST', '', '', '', '', ownerIn(stored, series)]);
  }
  const told = [...inventory.backups.flatMap(({ proof }) => proof ?? []), ...inventory.lost];
  const notes = [
    `${counted(inventory.backups.length, 'backup')} in ${destination.locate('')}`,
    ...(inventory.backups.some((backup) => backup.status === 'unproven')
      ? ['unproven: no run record speaks for it; `backup-job verify NAME --level Full` checks it by itself']
      : []),
    ...(inventory.backups.some((backup) => backup.status === 'altered')
      ? ['altered: it is not the file that was verified; do not trust it']
      : []),
    ...(inventory.backups.some((backup) => backup.status === 'retimed')
      ? ['retimed: only its time is not the recorded one; `backup-job verify NAME` reads it and renews the record']
      : []),
    ...(inventory.backups.some((backup) => backup.status === 'damaged')
      ? ['damaged: it was read again, and its bytes are not those that were verified; do not trust it']
      : []),
    ...(inventory.lost.length > 0
      ? ['LOST: it was made and verified, and is gone though retention did not delete it; look for who did']
      : []),
    ...(told.some(({ record }) => kinshipOf(series, record) === 'foreign')
      ? [`of another policy or source: policy ${series.policy} neither counts nor deletes it`]
      : []),
    ...[...homesElsewhere(told, series)].map(
      (home) =>
        `elsewhere: of a policy of this name in ${home}; this one neither counts nor deletes it unless spec.retention.adopt names that UID`,
    ),
    ...(inventory.records.unreadable.length > 0
      ? [`${counted(inventory.records.unreadable.length, 'run record')} can't be read; nothing will be deleted`]
      : []),
  ];
  return `${table([['NAME', 'STATUS', 'SIZE', 'CASES', 'FILES', 'READ', 'POLICY'], ...rows])}\n${notes.map(printable).join('\n')}\n`;
}

/** The policy's own name says enough of its own; of others also where their files come from, or where they run. */
const ownerIn = ({ record }: StoredRecord, series: Series): string =>
  record.policy +
  { own: '', elsewhere: ' (elsewhere)', foreign: ` (another: ${record.source.location})` }[kinshipOf(series, record)];

function homesElsewhere(told: readonly StoredRecord[], series: Series): Set<string> {
  const elsewhere = told.filter(({ record }) => kinshipOf(series, record) === 'elsewhere');
  return new Set(elsewhere.flatMap(({ record }) => (record.home ? [homeInWords(record.home)] : [])));
}

const ownerOf = ({ record }: StoredRecord, series: Series): object => ({
  policy: record.policy,
  source: record.source.location,
  home: record.home,
  isOurs: isOf(series, record),
});

const archiveOf = (proof: StoredRecord | undefined) => proof && mainArchive(proof.record);
