import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { errorCode, Failure, messageOf } from '../../host/errors.ts';
import { Conflict, Unavailable } from '../store.ts';

/** What an errno means for one file that is being read. */
const SKIP_REASON_OF: Readonly<Record<string, SkipReason>> = {
  ENOENT: 'deleted_during_run',
  ENOTDIR: 'deleted_during_run',
  // A link, folder, socket or empty pipe stands where a file was listed.
  ELOOP: 'changed_during_run',
  EISDIR: 'changed_during_run',
  ENXIO: 'changed_during_run',
  EAGAIN: 'changed_during_run',
  ESPIPE: 'changed_during_run',
  EACCES: 'unreadable',
  EPERM: 'unreadable',
  EIO: 'unreadable',
  EBADMSG: 'unreadable',
  ENAMETOOLONG: 'unreadable',
};

/** Undefined when it is no matter of one file: a volume that went away must end the run, not skip a million files. */
export function skipReasonOf(error: unknown): SkipReason | undefined {
  return SKIP_REASON_OF[errorCode(error) ?? ''];
}

/** Awaits a read of one file; its fault becomes Unavailable, or a Failure that ends the run. */
export async function reading<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = skipReasonOf(error);
    throw reason ? new Unavailable(reason, { cause: error }) : directoryFailure(path, error);
  }
}

/** Awaits a change of the volume; its fault becomes what `writeFault` says. */
export async function writing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw writeFault(path, error);
  }
}

/** Conflict when the name is taken, else a Failure. */
export function writeFault(path: string, error: unknown): Failure | Conflict {
  const code = errorCode(error);
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR') {
    return new Conflict(`${path}: something else has this name (${code})`, { cause: error });
  }
  return directoryFailure(path, error);
}

export function directoryFailure(path: string, error: unknown): Failure {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('NoSpace', `no space left for ${path}`, {
        hint: 'free some space on the volume, or give it (or the quota) a larger size',
        cause: error,
      });
    case 'EFBIG':
      return new Failure('FileTooLarge', `${path} became larger than a file may be here`, {
        hint: 'use a file system without that limit (FAT has 4 GiB), or raise the limit of the process (ulimit -f)',
        cause: error,
      });
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new Failure('AccessDenied', `no permission for ${path}: ${messageOf(error)}`, {
        hint: 'check the owner and mode of the folder, the mount options and the user that the job runs as',
        cause: error,
      });
    default:
      return new Failure('DirectoryFailed', `${path}: ${messageOf(error)}`, {
        hint: 'check that the volume is mounted and healthy',
        cause: error,
      });
  }
}
