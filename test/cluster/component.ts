import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownChild } from '../support/own-children.ts';

/** One process of the control plane: etcd, the API server or the controller manager. */
export interface Component {
  readonly pid: number;
  /** Undefined while it runs; otherwise how it ended and the last lines that it logged. */
  ended(): string | undefined;
  /** Bytes of resident memory (Linux); 0 where /proc does not tell or the process is gone. */
  memory(): number;
  /** SIGKILL: an API server takes ten seconds and more to end politely, and nothing of it is kept. */
  kill(): Promise<void>;
}

/** Starts `binary name …flags`. When this process crashes, go/parent_linux.go sees to its end. */
export function startComponent(
  binary: string,
  folder: string,
  name: string,
  flags: readonly string[],
): Promise<Component> {
  return startLogged(folder, name, [binary, name, ...flags]);
}

/** Its output goes to `<folder>/<name>.log`, after what an earlier one wrote there. It ends with this process. */
export async function startLogged(
  folder: string,
  name: string,
  [program = '', ...args]: readonly string[],
): Promise<Component> {
  const logFile = join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const env = { ...process.env, CASE_BACKUP_TEST_PARENT: String(process.pid) };
  const child = ownChild(spawn(program, args, { cwd: folder, env, stdio: ['ignore', log, log] }));
  closeSync(log);
  const exited = Promise.withResolvers<void>();
  child.once('exit', () => exited.resolve());
  // A binary that does not exist rejects here, with its path.
  await once(child, 'spawn');
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} has no pid`);
  return {
    pid,
    ended: () => howItEnded(child, name, logFile),
    memory: () => residentBytes(pid),
    async kill() {
      child.kill('SIGKILL');
      await exited.promise;
    },
  };
}

function howItEnded(child: ChildProcess, name: string, logFile: string): string | undefined {
  if (child.exitCode === null && child.signalCode === null) return undefined;
  // The folder may be gone: after a stop.
  const log = existsSync(logFile) ? readFileSync(logFile, 'utf8') : '';
  const lines = log.trimEnd().split('\n').slice(-15);
  return `${name} ended with ${child.signalCode ?? child.exitCode}:\n${lines.join('\n')}`;
}

/** Of a process of this machine; 0 where /proc does not tell or it is gone. */
export function residentBytes(pid: number): number {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
