import { createHash, randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { processIdentity } from '../../../host/process-identity.ts';

/**
 * The names of the store's own short-lived files. They carry a hash of the name that they are for, not the name: with
 * it, a name of 255 bytes would have no claim. A temporary one says whose it is, so that it can be swept when its
 * process was killed.
 */
const CLAIM = /^\.case-backup\.[0-9a-f]{16}\.claim$/;
const TEMPORARY = /^\.case-backup\.[0-9a-f]{16}\.([0-9a-f.]+)\.[0-9a-f]{8}\.tmp$/;

export function claimPathFor(target: string): string {
  return join(dirname(target), `.case-backup.${hashOf(target)}.claim`);
}

export function temporaryPathFor(target: string): string {
  const random = randomBytes(4).toString('hex');
  return join(dirname(target), `.case-backup.${hashOf(target)}.${processIdentity()}.${random}.tmp`);
}

export function isClaim(name: string): boolean {
  return CLAIM.test(name);
}

/** The identity of the process that made a temporary file, or undefined for a name that is none. */
export function makerOf(name: string): string | undefined {
  return TEMPORARY.exec(name)?.[1];
}

function hashOf(target: string): string {
  return createHash('sha256').update(basename(target)).digest('hex').slice(0, 16);
}
