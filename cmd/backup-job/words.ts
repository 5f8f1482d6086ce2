import { clip } from '../../src/api/clip.ts';
import { counted } from '../../src/api/counted.ts';
import type { RunProgress, RunReport, Stage, Verification, Wait } from '../../src/api/report.ts';
import { printable } from '../../src/host/printable.ts';

/** Reports and progress in plain words, for a person at a terminal. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}

export function formatDuration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

const DOING: Readonly<Record<Stage, string>> = {
  Preparing: 'preparing',
  Listing: 'listing the source',
  Archiving: 'archiving and uploading',
  Verifying: 'verifying the stored backup',
  Committing: 'moving it into place',
  Pruning: 'applying retention',
  Reporting: 'writing the report',
};

/** What most terminals have had; some of containers and of CI tell 0. */
const USUAL_WIDTH = 80;

/** One line that fits into `width` characters (0: unknown): stage, files, bytes, rate, time left. */
export function progressLine(progress: RunProgress, width: number): string {
  const { stage, percent, filesDone, filesTotal, bytesDone, bytesTotal, waiting } = progress;
  const seconds = (Date.parse(progress.heartbeatTime) - Date.parse(progress.stageStartTime)) / 1000;
  const rate = seconds > 0.5 ? bytesDone / seconds : undefined;
  const left = rate !== undefined && rate > 0 && bytesTotal !== undefined ? (bytesTotal - bytesDone) / rate : undefined;
  const parts = [
    DOING[stage] + (percent === undefined ? '' : ` ${percent} %`),
    waiting === undefined ? '' : `waiting ${waitOf(waiting)}`,
    filesDone > 0 || filesTotal !== undefined
      ? filesTotal === undefined
        ? counted(filesDone, 'file')
        : `${filesDone} of ${counted(filesTotal, 'file')}`
      : '',
    bytesDone > 0 ? formatBytes(bytesDone) : '',
    rate === undefined || bytesDone === 0 ? '' : `${formatBytes(rate)}/s`,
    left === undefined ? '' : `${formatDuration(left)} left`,
  ];
  const line = parts.filter((part) => part !== '').join(' · ');
  return clip(printable(line), Math.max(20, (width || USUAL_WIDTH) - 1));
}

/** Since and until when, in UTC like every time of a report, and for what. */
function waitOf({ since, until, for: what }: Wait): string {
  const times = `since ${since.slice(11, 19)}${until === undefined ? '' : `, until ${until.slice(11, 19)}`} UTC`;
  return `${times}: ${what}`;
}

/** What happened, with the code word that one can look up, where it is, and what to do next. */
export function summary(report: RunReport): string {
  const lines = [`${mark(report)} ${report.result} (${report.reason}): ${report.message}`];
  if (report.hint !== undefined) lines.push(`  → ${report.hint}`);
  for (const path of report.failingPaths) lines.push(`  missing: ${path}`);
  if (report.goneCases)
    lines.push(
      `  gone      ${counted(report.goneCases, 'case')} of the backup before; manifest.json in this one names them`,
    );
  if (report.excludedFiles) lines.push(`  excluded  ${counted(report.excludedFiles, 'file')}, by spec.source.exclude`);
  if (report.backup) {
    lines.push(
      `  backup    ${report.backup.path} (${formatBytes(report.backup.bytes)} from ${formatBytes(report.sourceBytes)})`,
    );
  }
  if (report.verification)
    lines.push(
      `  verified  ${verifiedHow(report.verification)}, content_hash ${report.backup?.contentHash.slice(0, 16)}…`,
    );
  if (report.retention) {
    const { backups, verified, deleted, heldBecause } = report.retention;
    lines.push(
      `  stored    ${counted(backups, 'backup')}, ${verified} verified; ${deleted} deleted tonight${heldBecause === undefined ? '' : ` (held: ${heldBecause})`}`,
    );
  }
  lines.push(
    `  took      ${formatDuration(report.durationSeconds)}, run ${report.runId}, exit code ${report.exitCode}`,
  );
  for (const warning of report.warnings) lines.push(`  warning   ${warning}`);
  return `${lines.map(printable).join('\n')}\n`;
}

/** How much of it was read back: "standard, 16 of 12,000 files read back". */
export function verifiedHow({ level, entries_read: read, entries_total: total }: Verification): string {
  const how = level.toLowerCase();
  if (read === undefined || total === undefined) return how;
  return `${how}, ${read === total ? 'every file' : `${read} of ${counted(total, 'file')}`} read back`;
}

/** A word besides the sign, since colour and signs alone don't reach everybody. */
const mark = (report: RunReport): string => (report.exitCode === 0 ? '✓' : '✗');
