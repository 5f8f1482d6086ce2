import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from './errors.ts';

/**
 * Names a process so that another one can find out that it is dead: `<host>.<pid>.<start>`. A pid alone would not do:
 * it is used again after a reboot, by another process later, and by another container at the same time (they are all
 * pid 1). `host` is a hash of boot id, pid namespace and host name, so that no host name leaves the machine.
 */
const IDENTITY = /^([0-9a-f]{16})\.(\d+)\.(\d+)$/;

let self: string | undefined;

export function processIdentity(): string {
  self ??= `${hostPart() ?? randomBytes(8).toString('hex')}.${process.pid}.${statOf(process.pid)?.start ?? 0}`;
  return self;
}

/**
 * True only when it is certain: the process ran in this pid namespace, and no process with its pid and start time is
 * left. Without /proc nothing is certain, and what is waited for has to expire by time.
 */
export const isProcessGone = (identity: string): boolean => lifeOf(identity) === 'gone';

/** As certain as that; a frozen process lives. */
export const isProcessAlive = (identity: string): boolean => lifeOf(identity) === 'alive';

function lifeOf(identity: string): 'alive' | 'gone' | undefined {
  const [, host, pidText, start] = IDENTITY.exec(identity) ?? [];
  if (host === undefined || host !== hostPart()) return undefined;
  const pid = Number(pidText);
  if (!pidExists(pid)) return 'gone';
  const stat = statOf(pid);
  if (stat === undefined) return undefined;
  return stat.start !== start || stat.state === 'Z' || stat.state === 'X' ? 'gone' : 'alive';
}

function hostPart(): string | undefined {
  // A /proc of another pid namespace (a container with the host's /proc mounted) numbers processes otherwise.
  if (readProc(() => readlinkSync('/proc/self')) !== String(process.pid)) return undefined;
  const bootId = readProc(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = readProc(() => readlinkSync('/proc/self/ns/pid'));
  if (bootId === undefined || namespace === undefined) return undefined;
  return createHash('sha256').update(`${bootId}\n${namespace}\n${hostname()}`).digest('hex').slice(0, 16);
}

/** By signal 0 and not by looking into /proc, where `hidepid` hides other users' living processes. */
function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

/** Fields 3 (state) and 22 (start time in ticks after boot) of /proc/pid/stat, proc_pid_stat(5). */
function statOf(pid: number): { readonly state: string; readonly start: string } | undefined {
  const text = readProc(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // Field 2 is the command in brackets and may itself hold spaces and brackets.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields?.[0];
  const start = fields?.[19];
  return state === undefined || start === undefined ? undefined : { state, start };
}

/** What /proc says, or undefined where it does not say. */
function readProc(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
