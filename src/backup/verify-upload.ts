import { Failure } from '../host/errors.ts';
import { noChecks, verifyBackup } from '../repository/verify/verify-backup.ts';
import type { Night } from './night.ts';
import type { Uploaded } from './upload.ts';

/** Checks the upload where it lies, before it gets its name, and returns its content_hash. */
export async function verifyUpload(night: Night, uploaded: Uploaded): Promise<string> {
  const { destination, signal, facts, clock, spec, progress, runId } = night;
  const checks = noChecks();
  const { level } = spec.verification;
  try {
    const stored = await destination.stat(uploaded.file.path, signal);
    if (stored?.kind !== 'file') {
      throw new Failure('UploadMissing', `${destination.locate(uploaded.file.path)} was stored and is not there`);
    }
    const expected = {
      bytes: uploaded.file.size,
      manifest: uploaded.manifest,
      ...(uploaded.file.contentHash !== undefined && { contentHash: uploaded.file.contentHash }),
    };
    const onBytes = (count: number): void => progress.advance(0, count);
    const options = { level, expected, seed: runId, signal, onBytes, checks };
    return (await verifyBackup(destination, stored, options)).contentHash;
  } finally {
    facts.verification = { ...checks, timestamp: clock.now().toISOString(), level };
  }
}
