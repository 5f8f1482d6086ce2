import { z } from 'zod';
import type { ZipPlace } from '../zip/entry.ts';

/** What stands in the archive beside the cases. The order below is the order in the archive, after all cases. */
export const READ_ME = 'READ-ME-FIRST.txt';
export const FILES_LIST = 'files.jsonl';
export const MANIFEST = 'manifest.json';
export const SUMS = 'SHA256SUMS';

export const FORMAT_VERSION = 1;

/** Some 55,000 cases. What is read at once must have a bound, and the job has 256 MiB for all that it holds. */
export const MOST_MANIFEST_BYTES = 32 * 1024 * 1024;

const count = z.int().min(0);

/**
 * Where a case lies: from its first entry's local header to the end of its last entry, and the records of these entries,
 * counted from the start of the central directory (whose own place is not known when the manifest is written). Nothing of
 * another case lies in between, only gaps. All 0 for a case without entries.
 */
const placeSchema = z.object({
  offset: count,
  bytes: count,
  directory_offset: count,
  directory_bytes: count,
  entries: count,
});

export const caseSchema = z.object({
  name: z.string(),
  folder: z.string(),
  files: count,
  bytes: count,
  skipped: count,
  fingerprint: z.string().length(64),
  at: placeSchema,
});

export const unseenSchema = z.object({ name: z.string(), files: count, bytes: count });

export const gapSchema = z.object({ offset: count, length: count });

/**
 * manifest.json: first the six fields that its users know, then ours. `cases` follows the order of the archive, each
 * with a fingerprint by which a later night knows an unchanged case: the SHA-256 over a line per entry (file, folder,
 * what can't be backed up), sorted by path.
 */
export const manifestSchema = z.object({
  backup_date: z.iso.datetime(),
  total_cases: count,
  total_files: count,
  total_size_mb: z.number().min(0),
  dropbox_sync_status: z.enum(['ok', 'incomplete']),
  cases_included: z.array(z.string()),
  format_version: z.int().min(1),
  run_id: z.string(),
  policy: z.string(),
  source: z.object({ location: z.string(), account: z.string().optional(), namespace: z.string().optional() }),
  total_bytes: count,
  listed_files: count,
  skipped_files: count,
  files_list: z.object({ name: z.literal(FILES_LIST), sha256: z.string().length(64), bytes: count }),
  /** Entries of the archive, SHA256SUMS and this manifest included. */
  entries: count,
  /** Bytes that belong to no entry, left by a large file whose transfer broke and was made again. */
  gaps: z.array(gapSchema),
  /** Everything in front of this manifest's entry, with its CRC-32: it covers what no entry's own checksum does. */
  preceding: z.object({ bytes: count, crc32: z.string().regex(/^[0-9a-f]{8}$/) }),
  /** Cases of the backup before that were not there any more: the first of them, where they are very many. */
  cases_gone: z.array(z.string()).optional(),
  /** Cases that could not be looked into, or not everywhere, as they were when they were last seen. */
  cases_unseen: z.array(unseenSchema).optional(),
  cases: z.array(caseSchema),
  /** Files that lie beside the case folders. They have no place of their own: the order strews them between the cases. */
  loose_files: z.object({ files: count, bytes: count, skipped: count }),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestCase = Manifest['cases'][number];
export type CasePlace = ManifestCase['at'];

/** The place of a case that has no entry (yet). */
export const NOWHERE: CasePlace = { offset: 0, bytes: 0, directory_offset: 0, directory_bytes: 0, entries: 0 };

/** The place with one more entry, which comes behind those that it has. What lies between them belongs to nobody. */
export function placeWith(place: CasePlace, entry: ZipPlace): CasePlace {
  const isFirst = place.entries === 0;
  const offset = isFirst ? entry.offset : place.offset;
  const directoryOffset = isFirst ? entry.directoryOffset : place.directory_offset;
  return {
    offset,
    bytes: entry.offset + entry.bytes - offset,
    directory_offset: directoryOffset,
    directory_bytes: entry.directoryOffset + entry.directoryBytes - directoryOffset,
    entries: place.entries + 1,
  };
}

/** Indented by two, a case has 271 bytes of labels, a fingerprint of 64 and eight figures of at most 16 digits. */
const CASE_BYTES = 271 + 64 + 8 * 16;
const REST_BYTES = 1024 * 1024;

/** How large a manifest of these cases can become. The megabyte has room for all the rest, gaps included. */
export const manifestBytesAtMost = (cases: readonly Pick<ManifestCase, 'name' | 'folder'>[]): number =>
  cases.reduce(
    (bytes, { name, folder }) => bytes + CASE_BYTES + Buffer.byteLength(JSON.stringify([name, name, folder])),
    REST_BYTES,
  );

/** One line of files.jsonl: an archived file, or one that was listed and is not in the archive, with the reason. */
export const fileLineSchema = z.union([
  z.object({
    archive: z.string(),
    path: z.string(),
    size: count,
    sha256: z.string().length(64),
    content_hash: z.string().length(64),
    modified: z.iso.datetime(),
    /** What the store said, where `modified` is only the nearest time that can be written. */
    modified_as_stored: z.string().optional(),
    stored: z.iso.datetime().optional(),
    rev: z.string(),
    id: z.string().optional(),
    /** The archived content is a conversion (Paper, Google Docs). */
    exported: z.literal(true).optional(),
  }),
  z.object({ path: z.string(), skipped: z.string() }),
]);
export type FileLine = z.infer<typeof fileLineSchema>;

/** Bytes as the megabytes of the manifest and the log: MiB with two decimals. */
export const megabytes = (bytes: number): number => Math.round((bytes / 1_048_576) * 100) / 100;
