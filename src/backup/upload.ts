import { Failure } from '../host/errors.ts';
import { piped } from '../host/piped.ts';
import type { FileEntry } from '../store/store.ts';
import { type WrittenArchive, writeArchive } from './archive/write-archive.ts';
import type { LaidOut } from './layout.ts';
import type { Night } from './night.ts';

export interface Uploaded {
  readonly file: FileEntry;
  readonly written: WrittenArchive;
}

/** Between the archive and the upload: enough that neither waits for the other's every chunk. */
const CHANNEL_BYTES = 4 * 1024 * 1024;

const MOST_SESSIONS = 2;

/**
 * archive ⇒ upload: one stream, no archive on disk. A store that forgot the upload half-way (a Dropbox session ends
 * after seven days, or for no reason) gets it once more from the source, since a stream can't be sent twice.
 * `totals` are for the progress.
 */
export async function archiveAndUpload(
  night: Night,
  archive: LaidOut,
  totals: { readonly files?: number; readonly bytes?: number },
): Promise<Uploaded> {
  for (let session = 1; ; session++) {
    night.progress.begin('Archiving', totals);
    try {
      return await uploadOnce(night, archive);
    } catch (error) {
      if (session === MOST_SESSIONS || !(error instanceof Failure) || error.code !== 'UploadSessionLost') throw error;
      night.warn('UploadRestarted', error.message);
    }
  }
}

async function uploadOnce({ destination, signal }: Night, { task, incoming }: LaidOut): Promise<Uploaded> {
  const { written, read } = await piped(
    CHANNEL_BYTES,
    {
      write: (send, until) => writeArchive(send, task, until),
      read: (chunks, until) => destination.write(incoming, chunks, {}, until),
    },
    signal,
  );
  return { file: read, written };
}
