import type { Verification } from '../api/report.ts';
import { Failure } from '../host/errors.ts';
import { noChecks, verifyBackup } from '../repository/verify/verify-backup.ts';
import type { Night } from './night.ts';
import type { Uploaded } from './upload.ts';

/** What the check of an upload found. A check that could not be made at all is thrown. */
export type CheckedUpload =
  | { readonly isGood: true; readonly verification: Verification; readonly contentHash: string }
  | { readonly isGood: false; readonly verification: Verification; readonly failure: Failure };

/** Checks the upload where it lies, before it gets its name. */
export async function verifyUpload(night: Night, { file, written }: Uploaded): Promise<CheckedUpload> {
  const { destination, signal, clock, progress, runId } = night;
  const { level } = night.spec.verification;
  const checks = noChecks();
  const verification = (): Verification => ({ ...checks, timestamp: clock.now().toISOString(), level });
  try {
    const stored = await destination.stat(file.path, signal);
    if (stored?.kind !== 'file')
      throw new Failure('UploadMissing', `${destination.locate(file.path)} was stored and is not there`);
    const expected = {
      bytes: file.size,
      manifest: written.manifest,
      ...(file.contentHash !== undefined && { contentHash: file.contentHash }),
    };
    const options = { level, expected, seed: runId, signal, onBytes: (count: number) => progress.advance(0, count) };
    const { contentHash } = await verifyBackup(destination, stored, options, checks);
    return { isGood: true, verification: verification(), contentHash };
  } catch (error) {
    if (!(error instanceof Failure) || error.exit !== 'mismatch') throw error;
    return { isGood: false, verification: verification(), failure: error };
  }
}
