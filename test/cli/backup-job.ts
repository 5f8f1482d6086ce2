import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ownChild } from '../support/own-children.ts';

/** The real command, as a process of its own. */
export const MAIN = fileURLToPath(new URL('../../cmd/backup-job/main.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of node itself, before the script. */
  readonly nodeArgs?: readonly string[];
  /** A command in front of node: `['unshare', '-m', …]`. */
  readonly wrap?: readonly string[];
  /** The process is killed after that long, and `ended` rejects. */
  readonly timeoutMs?: number;
}

export interface StartedJob {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `backup-job ARGS` with nothing of this process's environment but PATH, TMPDIR and HOME. */
export function startJob(args: readonly string[], options: StartOptions = {}): StartedJob {
  const { env = {}, nodeArgs = [], wrap = [], timeoutMs = 60_000 } = options;
  const [command = '', ...rest] = [...wrap, process.execPath, ...nodeArgs, MAIN, ...args];
  const { PATH, TMPDIR, HOME } = process.env;
  const start = performance.now();
  const child = ownChild(
    spawn(command, rest, { env: { PATH, TMPDIR, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  let stdout = '';
  let stderr = '';
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  child.once('error', reject);
  child.once('close', (code, signal) => {
    clearTimeout(timer);
    if (isLate) reject(new Error(`backup-job ${args.join(' ')} did not end within ${timeoutMs} ms: ${stderr}`));
    else resolve({ code, signal, stdout, stderr, ms: performance.now() - start });
  });
  return { process: child, ended: promise };
}

export function runJob(args: readonly string[], options?: StartOptions): Promise<Ended> {
  return startJob(args, options).ended;
}
