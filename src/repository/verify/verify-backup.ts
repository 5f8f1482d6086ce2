import { createHash } from 'node:crypto';
import type { Verification } from '../../api/report.ts';
import { Failure } from '../../host/errors.ts';
import type { FileEntry, ReadableStore } from '../../store/store.ts';
import { checkArchive } from '../../zip/read/check-archive.ts';
import type { ZipEntry } from '../../zip/read/decode.ts';
import { readDirectory } from '../../zip/read/directory.ts';
import type { Manifest } from '../manifest.ts';
import { type BackupFile, openBackup, rangesOf } from '../open-backup.ts';
import { compareEntries } from './compare-entries.ts';
import { hashedRanges } from './hashed-ranges.ts';
import { readShare } from './read-share.ts';
import { assertSame } from './stored-differs.ts';

/** The four answers of a verification, turned true one after the other. */
export type Checks = Pick<Verification, 'backup_file_exists' | 'manifest_valid' | 'cases_match' | 'size_reasonable'>;

export const noChecks = (): Checks => ({
  backup_file_exists: false,
  manifest_valid: false,
  cases_match: false,
  size_reasonable: false,
});

export interface Expectation {
  readonly bytes?: number;
  readonly contentHash?: string;
  /** The manifest as it was written, where the caller still has it. */
  readonly manifest?: Buffer;
}

export interface VerifyOptions {
  readonly level: Verification['level'];
  readonly expected: Expectation;
  /** Standard only: which files are read back (turns.ts). Counts up from one check of the same backups to the next. */
  readonly turn: number;
  readonly signal: AbortSignal;
  onBytes(count: number): void;
}

export interface Verified {
  readonly contentHash: string;
  readonly manifest: Manifest;
  /** Files whose bytes are proved: all, where every byte of the object was read and is what was sent. */
  readonly filesRead: number;
}

/** What a verification found; the checks say how far it came, also when something is not as it should be. */
export type Finding = { readonly checks: Checks } & (
  | { readonly isGood: true; readonly verified: Verified }
  | { readonly isGood: false; readonly failure: Failure }
);

/** What a report says of it. */
export const verificationOf = (finding: Finding, level: Verification['level'], now: Date): Verification => ({
  ...finding.checks,
  timestamp: now.toISOString(),
  level,
  ...(finding.isGood && {
    entries_read: finding.verified.filesRead,
    entries_total: finding.verified.manifest.total_files,
  }),
});

/**
 * Proves that the stored object is what was sent, by what the store has and not by what we remember of sending it.
 * Standard: size and content_hash as the store itself says (where it can't say, every byte is read for it), the central
 * directory against files.jsonl and the manifest, and some files of every case down to their sha256. Full: every byte of every
 * entry. The first thing that is not so ends it. Throws only when it could not be looked at.
 */
export async function verifyBackup(store: ReadableStore, file: FileEntry, options: VerifyOptions): Promise<Finding> {
  const checks = noChecks();
  try {
    return { isGood: true, checks, verified: await verifyObject(store, file, options, checks) };
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== 'mismatch') throw error;
    return { isGood: false, checks, failure: withPlace(error, store.locate(file.path)) };
  }
}

async function verifyObject(
  store: ReadableStore,
  file: FileEntry,
  options: VerifyOptions,
  checks: Checks,
): Promise<Verified> {
  const { level, expected, signal } = options;
  const where = store.locate(file.path);
  checks.backup_file_exists = true;
  assertSame('bytes', expected.bytes, file.size, where);
  if (file.contentHash !== undefined) assertSame('content_hash', expected.contentHash, file.contentHash, where);

  const readAll = level === 'Full' || file.contentHash === undefined;
  const known = expected.contentHash ?? file.contentHash;
  const plain = rangesOf(store, known === undefined ? file : { ...file, contentHash: known }, signal);
  const counted = async (offset: number, length: number): Promise<Buffer> => {
    const bytes = await plain(offset, length);
    options.onBytes(bytes.length);
    return bytes;
  };
  const ranges = hashedRanges(counted, file.size);
  const backup = await openBackup(readAll ? ranges.read : counted, file.size, where);
  if (expected.manifest && !expected.manifest.equals(backup.manifestBytes)) {
    throw new Failure('ManifestDiffers', `the manifest in ${where} is not the one that was written`);
  }
  checks.manifest_valid = true;

  const { manifest } = backup;
  const share = level === 'Full' ? await checkEverything(backup, options) : await checkShare(backup, options);
  checks.cases_match = true;

  const contentHash = readAll ? await ranges.contentHash() : (file.contentHash ?? '');
  assertSame('content_hash', known, contentHash, where);
  checks.size_reasonable = true;
  const isWhole = readAll && expected.contentHash !== undefined;
  return { contentHash, manifest, filesRead: isWhole ? manifest.total_files : share };
}

/** Returns how many files were read back. */
async function checkShare(backup: BackupFile, { turn }: VerifyOptions): Promise<number> {
  const share = readShare(backup, turn);
  try {
    await compareEntries(backup, unhashed(readDirectory(backup.zip)), (entry, sha256) => share.see({ entry, sha256 }));
  } catch (error) {
    await share.leave();
    throw error;
  }
  return await share.end();
}

async function checkEverything(backup: BackupFile, { signal }: VerifyOptions): Promise<number> {
  const hasher = () => {
    const hash = createHash('sha256');
    return { update: (chunk: Buffer) => hash.update(chunk), digest: () => hash.digest('hex') };
  };
  const { gaps, preceding } = backup.manifest;
  const front = { bytes: preceding.bytes, crc32: Number.parseInt(preceding.crc32, 16) };
  const entries = checkArchive(backup.zip, { gaps, preceding: front, hasher, signal });
  await compareEntries(backup, entries, () => undefined);
  return backup.manifest.total_files;
}

async function* unhashed(entries: AsyncIterable<ZipEntry>): AsyncGenerator<{ entry: ZipEntry; digest: undefined }> {
  for await (const entry of entries) yield { entry, digest: undefined };
}

/** What the archive's reader finds wrong does not know which file it reads. */
function withPlace(failure: Failure, where: string): Failure {
  const { code, message, hint } = failure;
  if (message.includes(where)) return failure;
  return new Failure(code, `${where}: ${message}`, { cause: failure, ...(hint !== undefined && { hint }) });
}
