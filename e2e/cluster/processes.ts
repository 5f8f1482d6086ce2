import { appendFileSync, existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from '../../src/host/errors.ts';
import { type Component, startLogged } from '../../test/cluster/component.ts';
import { cgroupFolders } from './ground.ts';
import type { Places } from './places.ts';

const PATIENCE_MS = 20_000;

/** So that it is ended even if nobody is left who started it. */
export const notePid = ({ pids }: Places, pid: number, name: string): void => appendFileSync(pids, `${pid} ${name}\n`);

export async function startNoted(places: Places, name: string, argv: readonly string[]): Promise<Component> {
  const component = await startLogged(places.folder, name, argv);
  notePid(places, component.pid, name);
  return component;
}

/** Noted ones that still run, containerd's shims, and what runs in containers. */
export function ownProcesses(places: Places): number[] {
  const noted = existsSync(places.pids) ? readFileSync(places.pids, 'utf8').split('\n') : [];
  const ours = noted
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid > 0 && commandLineOf(pid).includes(places.folder));
  const shims = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && commandLineOf(pid).includes(`\0-address\0${places.socket}\0`));
  return [...new Set([...ours, ...shims, ...cgroupFolders().flatMap(processesBelow)])];
}

/** Kills until there is nobody left to kill, since a containerd may start one more shim meanwhile. */
export async function endProcesses(places: Places): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await delay(100)) {
    const pids = ownProcesses(places);
    if (pids.length === 0) break;
    for (const pid of pids) kill(pid);
  }
  for (const folder of cgroupFolders()) await removeCgroup(folder);
}

/** A number that another process has got meanwhile does not say our folder in its arguments. A dead process says nothing. */
function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

function processesBelow(cgroup: string): number[] {
  return foldersBelow(cgroup).flatMap((folder) => {
    try {
      return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    } catch {
      return []; // gone since it was listed
    }
  });
}

/** Deepest first. */
function foldersBelow(top: string): string[] {
  if (!existsSync(top)) return [];
  const below = readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  return [...below.sort().reverse(), top];
}

/** The kernel lets go of a cgroup a moment after its last process is gone. */
async function removeCgroup(top: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; existsSync(top) && performance.now() < end; await delay(100))
    for (const folder of foldersBelow(top)) {
      try {
        rmdirSync(folder);
      } catch (error) {
        if (!['EBUSY', 'ENOENT', 'ENOTEMPTY'].includes(errorCode(error) ?? '')) throw error;
      }
    }
}
