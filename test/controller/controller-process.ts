import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { until } from '../cluster/until.ts';
import { ownChild } from '../support/own-children.ts';

const MAIN = fileURLToPath(new URL('../../cmd/controller/main.ts', import.meta.url));

const running = new Set<ChildProcess>();

/** For the end of a test file: a test that failed has not stopped its own, and they would keep the process alive. */
export function killControllers(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** A controller in a process of its own, as the image starts it. */
export interface ControllerProcess {
  readonly process: ChildProcess;
  readonly port: number;
  /** Its log's lines so far. */
  log(): readonly string[];
  page(path: string): Promise<{ readonly status: number; readonly text: string }>;
  /** SIGTERM and its exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
  readonly exited: Promise<number | null>;
}

export interface ControllerFlags {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly more?: readonly string[];
}

export async function startController({
  kubeconfig,
  namespace,
  more = [],
}: ControllerFlags): Promise<ControllerProcess> {
  const args = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--lease-namespace', namespace];
  const child = ownChild(
    spawn(
      process.execPath,
      [MAIN, ...args, '--job-image', 'example/case-backup:test', '--listen', '127.0.0.1:0', ...more],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    ),
  );
  running.add(child);
  child.once('exit', () => running.delete(child));
  // Not inherited: whoever reads this process's output would wait for one that was left behind.
  child.stdout.pipe(process.stdout, { end: false });
  const lines: string[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
    if (process.env['CASE_BACKUP_TEST_LOG'] === '1') for (const line of parts) console.error(line);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return await exited;
  };
  const port = await until('the controller to serve its pages', () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${lines.join('\n')}`);
    return portIn(lines);
  });
  return {
    process: child,
    port,
    log: () => lines,
    async page(path) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: response.status, text: await response.text() };
    },
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    exited,
  };
}

function portIn(lines: readonly string[]): number | undefined {
  const line = lines.find((text) => text.includes('serving /metrics'));
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
}

/** A controller that leads. */
export async function startLeader(flags: ControllerFlags): Promise<ControllerProcess> {
  const controller = await startController(flags);
  await until('the controller to lead', () => controller.log().some((line) => line.includes('"leading"')));
  return controller;
}
