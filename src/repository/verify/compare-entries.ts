import { createHash } from 'node:crypto';
import { shownName } from '../../zip/read/corrupt.ts';
import type { ZipEntry } from '../../zip/read/decode.ts';
import { archiveDiffers } from '../archive-differs.ts';
import { readFileLines } from '../file-lines.ts';
import { FILES_LIST, type FileLine, MANIFEST, READ_ME, SUMS } from '../manifest.ts';
import type { BackupFile } from '../open-backup.ts';
import { casePlaces } from './case-places.ts';

/** An entry of the archive, with the sha256 of its content where it was read. */
export interface SeenEntry {
  readonly entry: ZipEntry;
  readonly digest: string | undefined;
}

/**
 * Walks the archive's entries and files.jsonl side by side, in the archive's order, and holds both against the
 * manifest: every archived line has its entry, every entry its line, every count adds up, every case lies where it should.
 * Nothing is kept in memory.
 */
export async function compareEntries(
  backup: BackupFile,
  entries: AsyncIterable<SeenEntry>,
  onFile: (entry: ZipEntry, sha256: string) => Promise<void> | undefined,
): Promise<void> {
  const { manifest, where } = backup;
  const places = casePlaces(backup);
  const listHash = createHash('sha256');
  const sums = createHash('sha256');
  const lines = archivedLines(readFileLines(backup, (chunk) => listHash.update(chunk)));
  const special = new Map<string, string | undefined>();
  let seen = 0;
  let bytes = 0;
  let manifestOffset: number | undefined;
  // The list is asked for beside the directory.
  let ahead: ReturnType<typeof lines.entries.next> | undefined = lines.entries.next();
  ahead.catch(() => undefined);

  for await (const { entry, digest } of entries) {
    seen += 1;
    places.see(entry);
    if (entry.name.endsWith('/')) continue;
    if (SPECIAL.has(entry.name)) {
      special.set(entry.name, digest);
      if (entry.name === MANIFEST) manifestOffset = entry.offset;
      if (entry.name !== SUMS && digest !== undefined) sums.update(`${digest}  ${entry.name}\n`);
      continue;
    }
    const { value: line } = await (ahead ?? lines.entries.next());
    ahead = undefined;
    if (!line || line.archive !== entry.name || line.size !== entry.size) {
      throw archiveDiffers(
        where,
        `the archive has ${shownName(entry.name)} (${entry.size} bytes) where ${FILES_LIST} has ${line ? `${shownName(line.archive)} (${line.size})` : 'nothing more'}`,
      );
    }
    if (digest !== undefined && digest !== line.sha256)
      throw archiveDiffers(where, `the content of ${shownName(entry.name)} is not what was archived`);
    sums.update(`${line.sha256}  ${entry.name}\n`);
    bytes += entry.size;
    await onFile(entry, line.sha256);
  }
  places.end();
  const { value: extra } = await (ahead ?? lines.entries.next());
  if (extra) throw archiveDiffers(where, `${FILES_LIST} has ${shownName(extra.archive)}, the archive has not`);

  const { archived, skipped } = lines.counts;
  const facts: [string, unknown, unknown][] = [
    ['entries', manifest.entries, seen],
    ['total_files', manifest.total_files, archived],
    ['skipped_files', manifest.skipped_files, skipped],
    ['listed_files', manifest.listed_files, archived + skipped],
    ['total_bytes', manifest.total_bytes, bytes],
    ['total_cases', manifest.total_cases, manifest.cases.length],
    ['files of all cases', manifest.total_files, sumOf(manifest.cases, manifest.loose_files)],
    [`sha256 of ${FILES_LIST}`, manifest.files_list.sha256, listHash.digest('hex')],
    ['bytes in front of the manifest', manifest.preceding.bytes, manifestOffset],
    ['special entries', SPECIAL.size, special.size],
  ];
  const sumsDigest = special.get(SUMS);
  if (sumsDigest !== undefined) facts.push([`sha256 of ${SUMS}`, sums.digest('hex'), sumsDigest]);
  for (const [what, expected, actual] of facts) {
    if (expected !== actual) throw archiveDiffers(where, `${what} should be ${expected} and is ${actual}`);
  }
}

const SPECIAL = new Set([READ_ME, FILES_LIST, MANIFEST, SUMS]);

type ArchivedLine = Extract<FileLine, { archive: string }>;

/** Counts both kinds of line and passes on those that have an entry. */
function archivedLines(lines: AsyncIterable<FileLine>): {
  entries: AsyncGenerator<ArchivedLine, undefined>;
  counts: { archived: number; skipped: number };
} {
  const counts = { archived: 0, skipped: 0 };
  const entries = async function* (): AsyncGenerator<ArchivedLine, undefined> {
    for await (const line of lines) {
      if ('skipped' in line) counts.skipped += 1;
      else {
        counts.archived += 1;
        yield line;
      }
    }
    return undefined;
  };
  return { entries: entries(), counts };
}

const sumOf = (cases: readonly { files: number }[], loose: { files: number }): number =>
  cases.reduce((sum, { files }) => sum + files, loose.files);
