import type { Verification } from '../api/report.ts';
import { Failure } from '../host/errors.ts';
import { endAhead } from '../repository/verify/end-ahead.ts';
import { type Finding, noChecks, verificationOf, verifyBackup } from '../repository/verify/verify-backup.ts';
import { type FileEntry, Unavailable } from '../store/store.ts';
import type { Night } from './night.ts';
import type { Uploaded } from './upload.ts';

/** What the check of an upload found. A check that could not be made at all is thrown. */
export type CheckedUpload =
  | { readonly isGood: true; readonly verification: Verification; readonly contentHash: string }
  | { readonly isGood: false; readonly verification: Verification; readonly failure: Failure };

/** Checks the upload where it lies, before it gets its name. */
export async function verifyUpload(
  night: Night,
  { file, written }: Uploaded,
  level: Verification['level'],
): Promise<CheckedUpload> {
  const finding = await findingOf(night, file, written.manifest, level);
  const verification = verificationOf(finding, level, night.clock.now());
  return finding.isGood
    ? { isGood: true, verification, contentHash: finding.verified.contentHash }
    : { isGood: false, verification, failure: finding.failure };
}

const daysSince1970 = (at: Date): number => Math.floor(at.getTime() / 86_400_000);

async function findingOf(
  night: Night,
  file: FileEntry,
  manifest: Buffer,
  level: Verification['level'],
): Promise<Finding> {
  try {
    return await lookAt(night, file, manifest, level);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    const path = night.destination.locate(file.path);
    throw error.reason === 'deleted_during_run'
      ? new Failure('UploadMissing', `${path} was there and was removed while it was checked`, { cause: error })
      : new Failure('StoredDiffers', `${path} was changed or became unreadable while it was checked`, {
          hint: 'see who else writes into the folder .case-backup/incoming, and keep them out of it',
          cause: error,
        });
  }
}

/** How long what was just stored may stay out of sight; Dropbox shows a file some seconds late now and then (rclone 8881). */
const LATE_MS = [1000, 2000, 4000, 8000];

async function firstSight({ destination, clock, signal }: Night, path: string): Promise<FileEntry | undefined> {
  for (let look = 0; ; look++) {
    const stored = await destination.stat(path, signal);
    if (stored) return stored.kind === 'file' ? stored : undefined;
    const wait = LATE_MS[look];
    if (wait === undefined) return undefined;
    await clock.sleep(wait, signal);
  }
}

async function lookAt(night: Night, file: FileEntry, manifest: Buffer, level: Verification['level']): Promise<Finding> {
  const { destination, progress } = night;
  const over = new AbortController();
  const signal = AbortSignal.any([night.signal, over.signal]);
  try {
    const reading = endAhead(destination, file, signal);
    const stored = await firstSight(night, file.path);
    if (stored === undefined) {
      const failure = new Failure('UploadMissing', `${destination.locate(file.path)} was stored and is not there`);
      return { isGood: false, checks: noChecks(), failure };
    }
    return await verifyBackup(reading, stored, {
      level,
      expected: {
        bytes: file.size,
        manifest,
        ...(file.contentHash !== undefined && { contentHash: file.contentHash }),
      },
      turn: daysSince1970(night.start),
      signal,
      onBytes: (count) => progress.advance(0, count),
    });
  } finally {
    over.abort();
  }
}
