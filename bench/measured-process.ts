import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { busySeconds, type Usage } from './usage.ts';

/** What a Node process tells of itself at its end. */
export interface Spent extends Usage {
  /** Of cpuSeconds, what the thread took that runs JavaScript. */
  readonly mainThreadCpuSeconds: number;
}

/** One Node process from its start to its end. */
export interface Measured extends Spent {
  /** Wall time from the start of the process to its end. */
  readonly seconds: number;
  readonly exitCode: number;
  readonly stdout: string;
  /** CPU seconds that all other processes of the machine used meanwhile. */
  readonly othersCpuSeconds: number;
}

export interface ProcessOptions {
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command in front of node, which replaces itself with it: `['sh', '-c', '… exec "$@"', 'sh']`. */
  readonly wrap?: readonly string[];
  readonly timeoutMs?: number;
}

const USAGE = fileURLToPath(new URL('usage-on-exit.ts', import.meta.url));
/** A quiet machine needs two minutes for the longest; a busy one may take its time. */
const TIMEOUT_MS = 1_800_000;

/** Runs `node ARGS` and measures it. Rejects when it is killed or ends without a word about its usage. */
export async function runMeasured(args: readonly string[], options: ProcessOptions = {}): Promise<Measured> {
  const { env = {}, wrap = [], timeoutMs = TIMEOUT_MS } = options;
  const [command = '', ...rest] = [...wrap, process.execPath, '--import', USAGE, ...args];
  const start = performance.now();
  const busyBefore = busySeconds();
  const child = spawn(command, rest, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; signal: string | null }>();
  child.once('error', reject);
  child.once('close', (code, signal) => resolve({ code, signal }));
  const [stdout, stderr, usage] = [1, 2, 3].map((descriptor) =>
    textOf(child.stdio[descriptor] as NodeJS.ReadableStream),
  );
  const { code, signal } = await promise;
  const seconds = (performance.now() - start) / 1000;
  const said = (await usage) ?? '';
  if (code === null || said === '') {
    const end = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
    throw new Error(`${args.join(' ')} ${end} after ${seconds.toFixed(1)} s: ${(await stderr)?.slice(-2_000)}`);
  }
  const spent = JSON.parse(said) as Spent;
  const othersCpuSeconds = Math.max(0, busySeconds() - busyBefore - spent.cpuSeconds);
  return { seconds, ...spent, exitCode: code, stdout: (await stdout) ?? '', othersCpuSeconds };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
