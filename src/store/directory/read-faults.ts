import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { Failure } from '../../host/errors.ts';
import { Unavailable } from '../store.ts';
import { systemCode } from './errno.ts';
import { directoryFailure } from './faults.ts';
import type { Volume } from './volume.ts';

/** What an errno means for one file or folder that is read; each that is not here: it is unreadable. */
const SKIP_REASON_OF: Readonly<Record<string, SkipReason>> = {
  ENOENT: 'deleted_during_run',
  ENOTDIR: 'deleted_during_run',
  // A link, folder, socket or empty pipe stands where a file was listed.
  ELOOP: 'changed_during_run',
  EISDIR: 'changed_during_run',
  ENXIO: 'changed_during_run',
  EAGAIN: 'changed_during_run',
  ESPIPE: 'changed_during_run',
  EACCES: 'no_access',
  EPERM: 'no_access',
  // An encrypted folder without its key.
  ENOKEY: 'no_access',
  EKEYEXPIRED: 'no_access',
  EKEYREVOKED: 'no_access',
  EKEYREJECTED: 'no_access',
  ENAMETOOLONG: 'path_too_long',
  // A mount inside the source whose server, disk or program went away.
  ESTALE: 'unreachable',
  ENOTCONN: 'unreachable',
  ECONNABORTED: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ESHUTDOWN: 'unreachable',
  ETIMEDOUT: 'unreachable',
  ENODEV: 'unreachable',
  ENOLINK: 'unreachable',
  ENOMEDIUM: 'unreachable',
  ENONET: 'unreachable',
  ECOMM: 'unreachable',
  EREMOTEIO: 'unreachable',
};

/** The process or the machine lacks something: to leave files out for that would cost all that come after it. */
const OURS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

/** What makes it doubtful whether the volume is there at all. */
const DOUBTFUL: ReadonlySet<SkipReason> = new Set(['deleted_during_run', 'unreachable', 'unreadable']);

/**
 * Why something below the root is left out. Throws the Failure that ends the run when it is no matter of one file or
 * folder: the root itself no longer answers, or this process can't go on.
 */
export async function skipReasonFor({ ground }: Volume, path: string, error: unknown): Promise<SkipReason> {
  if (error instanceof Unavailable) return error.reason;
  if (error instanceof Failure) throw error;
  const code = systemCode(error);
  if (OURS.has(code)) throw directoryFailure(path, error);
  const reason = SKIP_REASON_OF[code] ?? 'unreadable';
  if (DOUBTFUL.has(reason)) await ground.assertThere();
  return reason;
}

/** Awaits a read of something below the root; its fault becomes Unavailable, or the Failure that ends the run. */
export async function reading<T>(volume: Volume, path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = await skipReasonFor(volume, path, error);
    throw error instanceof Unavailable ? error : new Unavailable(reason, { cause: directoryFailure(path, error) });
  }
}
