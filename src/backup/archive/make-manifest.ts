import { FILES_LIST, FORMAT_VERSION, type Manifest, megabytes } from '../../repository/manifest.ts';
import type { Digest } from '../../store/store.ts';
import type { ZipArchive } from '../../zip/write/archive.ts';
import type { CaseCounts } from '../guards/unseen.ts';
import type { Account } from './ledger.ts';

/** What an archive says of itself and of the run that made it. */
export interface Heading {
  readonly runId: string;
  readonly policy: string;
  readonly start: Date;
  /** The day in the policy's time zone, 2026-11-23. */
  readonly date: string;
  readonly source: Manifest['source'];
  /** Cases of the night before that are gone. */
  readonly goneCases: readonly string[];
  /** Cases that could not be looked into, or not everywhere, as they were when they were last seen. */
  readonly unseenCases: readonly CaseCounts[];
}

/** The manifest itself and SHA256SUMS come after it was made. */
const ENTRIES_AFTER = 2;

/** The manifest of what the archive holds so far; `list` is files.jsonl as it was written. */
export function manifestOf(
  { runId, policy, start, source, goneCases, unseenCases }: Heading,
  { cases, loose, files, bytes, skipped }: Account,
  list: Digest,
  zip: Pick<ZipArchive, 'entries' | 'gaps' | 'bytes' | 'crc32'>,
): Manifest {
  return {
    backup_date: start.toISOString(),
    total_cases: cases.length,
    total_files: files,
    total_size_mb: megabytes(bytes),
    dropbox_sync_status: skipped.count === 0 ? 'ok' : 'incomplete',
    cases_included: cases.map(({ name }) => name),
    format_version: FORMAT_VERSION,
    run_id: runId,
    policy,
    source,
    total_bytes: bytes,
    listed_files: files + skipped.count,
    skipped_files: skipped.count,
    files_list: { name: FILES_LIST, sha256: list.sha256, bytes: list.size },
    entries: zip.entries + ENTRIES_AFTER,
    gaps: [...zip.gaps],
    preceding: { bytes: zip.bytes, crc32: zip.crc32.toString(16).padStart(8, '0') },
    ...(goneCases.length > 0 && { cases_gone: [...goneCases] }),
    ...(unseenCases.length > 0 && { cases_unseen: [...unseenCases] }),
    cases: [...cases],
    loose_files: loose,
  };
}
