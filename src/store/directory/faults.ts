import { errorCode, Failure } from '../../host/errors.ts';
import { Conflict } from '../store.ts';
import { systemCode, systemMessage } from './errno.ts';

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
  switch (systemCode(error)) {
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
      return new Failure('VolumeReadOnly', `${path} lies on a volume that is mounted read-only`, {
        hint: 'mount it writable; a system that met an error makes a disk read-only by itself, so look at its log first',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new Failure('AccessDenied', `no permission for ${path}: ${systemMessage(error)}`, {
        hint: 'check the owner and mode of the folder, the mount options and the user that the job runs as',
        cause: error,
      });
    case 'EMFILE':
    case 'ENFILE':
      return new Failure('TooManyOpenFiles', `no file can be opened any more, at ${path}: ${systemMessage(error)}`, {
        hint: 'raise the limit of open files (ulimit -n, LimitNOFILE), or lower spec.transfer.maxConcurrentDownloads',
        cause: error,
      });
    default:
      return new Failure('DirectoryFailed', `${path}: ${systemMessage(error)}`, {
        hint: 'check that the volume is mounted and healthy',
        cause: error,
      });
  }
}
