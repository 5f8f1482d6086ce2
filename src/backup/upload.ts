import { Failure } from '../host/errors.ts';
import { piped } from '../host/piped.ts';
import { incomingName } from '../repository/names.ts';
import type { FileEntry } from '../store/store.ts';
import { type ArchiveJob, archive } from './archive/archive.ts';
import { type Night, noFacts, warn } from './night.ts';

export interface Uploaded {
  readonly file: FileEntry;
  /** The manifest's bytes as they were written: what is read back must be the same. */
  readonly manifest: Buffer;
}

/** Between the archive and the upload: enough that neither waits for the other's every chunk. */
const CHANNEL_BYTES = 4 * 1024 * 1024;

const MOST_SESSIONS = 2;

/**
 * archive ⇒ upload: one stream, no archive on disk. A store that forgot the upload half-way (a Dropbox session ends
 * after seven days, or for no reason) gets it once more from the source, since a stream can't be sent twice.
 */
export async function archiveAndUpload(job: ArchiveJob, night: Night): Promise<Uploaded> {
  for (let session = 1; ; session++) {
    try {
      return await uploadOnce(job, night);
    } catch (error) {
      if (session === MOST_SESSIONS || !(error instanceof Failure) || error.code !== 'UploadSessionLost') throw error;
      warn(night, 'UploadRestarted', error.message);
      Object.assign(night.facts, { ...noFacts(), warnings: night.facts.warnings });
      night.progress.begin('Archiving', job.sealed.totals);
    }
  }
}

async function uploadOnce(job: ArchiveJob, night: Night): Promise<Uploaded> {
  const { written, read } = await piped(
    CHANNEL_BYTES,
    {
      write: (send, signal) => archive(job, night, send, signal),
      read: (chunks, signal) => night.destination.write(incomingName(night.runId), chunks, {}, signal),
    },
    night.signal,
  );
  return { file: read, manifest: written };
}
