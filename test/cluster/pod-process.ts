import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ownChild } from '../support/own-children.ts';

/** What to run in place of a container's image. */
export interface Launch {
  readonly argv: readonly string[];
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The one container of a pod, as a process of this machine. */
export interface PodProcess {
  readonly pid: number;
  /** The exit code; 128 + n for signal n, as a container runtime gives it. */
  readonly ended: Promise<number>;
  /** What it has written to stdout and stderr so far. */
  logs(): string;
  kill(): void;
  /** SIGTERM, and SIGKILL when that has not ended it after the grace period. */
  terminate(graceMs: number): void;
}

/** Throws (or rejects `ended`) where the program can't be started. */
export function startPodProcess({ argv, env, cwd }: Launch): PodProcess {
  const [program = '', ...args] = argv;
  const place = cwd === undefined ? {} : { cwd };
  const child = ownChild(spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], ...place }));
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const ended = Promise.withResolvers<number>();
  let grace: NodeJS.Timeout | undefined;
  child.once('error', ended.reject);
  child.once('close', (code, signal) => {
    clearTimeout(grace);
    ended.resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
  });
  return {
    pid: child.pid ?? 0,
    ended: ended.promise,
    logs: () => Buffer.concat(output).toString(),
    kill: () => void child.kill('SIGKILL'),
    terminate(graceMs) {
      child.kill('SIGTERM');
      clearTimeout(grace);
      grace = setTimeout(() => child.kill('SIGKILL'), graceMs);
    },
  };
}
