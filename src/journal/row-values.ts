import { clip } from '../api/clip.ts';
import { redact } from '../host/secrets.ts';
import type { JournalRow, JournalStorage } from './journal.ts';

const BYTES_PER_MB = 1_048_576;
const MAX_ERROR_BYTES = 2_000;

/** The most that INTEGER holds. */
const MAX_INTEGER = 2_147_483_647;
/** `policy` is indexed, and a row of an index has at most some 2,700 bytes. */
const MAX_NAME_BYTES = 1_000;

/** The columns that a run writes; id, created_at and written_by come from their defaults. */
export const COLUMNS = [
  'run_id',
  'policy',
  'backup_date',
  'backup_path',
  'total_cases',
  'total_files',
  'total_size_mb',
  'status',
  'error_message',
  'verification',
  'content_hash',
  'storage',
  'started_at',
  'finished_at',
] as const;

/** A row in the order of COLUMNS, as the server reads it: no NUL anywhere (no text or JSONB value can hold it). */
export function valuesOf(row: JournalRow): (string | number | null)[] {
  return [
    storable(row.runId),
    storable(clip(row.policy, MAX_NAME_BYTES)),
    row.backupDate.toISOString(),
    storable(row.backupPath),
    integer(row.totalCases),
    integer(row.totalFiles),
    (row.totalBytes / BYTES_PER_MB).toFixed(2),
    row.status,
    row.errorMessage === undefined ? null : printable(row.errorMessage),
    row.verification === undefined ? null : JSON.stringify(row.verification, withoutNul),
    storable(row.contentHash),
    row.storage === undefined ? null : storageJson(row.storage),
    row.startedAt.toISOString(),
    row.finishedAt?.toISOString() ?? null,
  ];
}

/** A record that was tampered with may say anything; better no number in the log than no row. */
const integer = (count: number): number | null => (count <= MAX_INTEGER ? count : null);

function storageJson({ usedBytes, allocatedBytes, nightsLeft }: JournalStorage): string {
  return JSON.stringify({ used_bytes: usedBytes, allocated_bytes: allocatedBytes, nights_left: nightsLeft ?? null });
}

/** One line, without secrets and control characters. */
function printable(text: string): string {
  const line = redact(text)
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .trim();
  return clip(line, MAX_ERROR_BYTES);
}

function storable(text: string | undefined): string | null {
  return text === undefined ? null : text.replaceAll('\0', '');
}

function withoutNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? storable(value) : value;
}
