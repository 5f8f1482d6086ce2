import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { endedChildrenCpuSeconds, peakOf, type Usage } from '../usage.ts';

/** How often memory is looked at; it is gone with its process. */
const LOOK_MS = 50;
/** Nothing here takes so long on any line; then the bench ends by itself. */
const TIMEOUT_MS = 3_600_000;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface ProgramRun extends Usage {
  readonly stdout: string;
}

/** Runs a program to its end, with whatever it starts itself; rejects when it fails. One at a time, as CPU is counted by children that ended. */
export async function runProgram({ command, args, cwd, env }: Program): Promise<ProgramRun> {
  const before = endedChildrenCpuSeconds();
  const child = spawn(command, args, {
    ...(cwd ? { cwd } : {}),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const said = [child.stdout, child.stderr].map(textOf);
  const ended = new AbortController();
  const watching = peakWhile(child.pid ?? 0, ended.signal);
  const code = await promise.finally(() => ended.abort());
  const [stdout = '', stderr = ''] = await Promise.all(said);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}: ${stderr.slice(-2_000)}`);
  return { stdout, cpuSeconds: endedChildrenCpuSeconds() - before, peakBytes: await watching };
}

/** The most that a process and its descendants had at once, each counted with its own peak so far. */
async function peakWhile(pid: number, ended: AbortSignal): Promise<number> {
  let most = 0;
  while (!ended.aborted) {
    most = Math.max(
      most,
      family(pid).reduce((sum, member) => sum + (peakOf(member) ?? 0), 0),
    );
    await delay(LOOK_MS, undefined, { signal: ended }).catch(() => undefined);
  }
  return most;
}

function family(pid: number): number[] {
  let children: number[] = [];
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    children = text === '' ? [] : text.split(' ').map(Number);
  } catch {
    // It has ended.
  }
  return [pid, ...children.flatMap(family)];
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
