import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { errorCode } from '../../../host/errors.ts';
import { statOf } from '../entry.ts';
import { writeFault, writing } from '../faults.ts';

/** What stands where a claim belongs. */
export interface FoundClaim {
  /**
   * The identity of its process and a nonce; empty while its maker has not written it yet. Undefined for what no process
   * of ours has made: anything but a file.
   */
  readonly token: string | undefined;
  readonly modifiedMs: number;
  readonly isFolder: boolean;
}

/** Far more than a token has. */
const MOST_BYTES = 256;
/** A link is not followed, and a pipe that took the file's place must not block the open for ever. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** What `open` says of a link and of a socket. */
const NO_FILE = new Set(['ELOOP', 'EMLINK', 'ENXIO']);

/** Undefined where nothing is. It is opened only when it is a file: to open a device can set it going. */
export async function findClaim(path: string): Promise<FoundClaim | undefined> {
  const there = await writing(path, statOf(path));
  if (!there) return undefined;
  if (!there.isFile()) return intruder(there.isDirectory());
  try {
    await using handle = await open(path, OPEN_FLAGS);
    const stats: Stats = await handle.stat();
    if (!stats.isFile()) return intruder(stats.isDirectory());
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return { token: buffer.toString('utf8', 0, bytesRead), modifiedMs: stats.mtimeMs, isFolder: false };
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return undefined;
    if (NO_FILE.has(code)) return intruder(false);
    throw writeFault(path, error);
  }
}

const intruder = (isFolder: boolean): FoundClaim => ({ token: undefined, modifiedMs: 0, isFolder });
