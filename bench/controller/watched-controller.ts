import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isSeq, parseAllDocuments } from 'yaml';
import { until } from '../../test/cluster/until.ts';
import { ownChild } from '../../test/support/own-children.ts';
import { imageEnvironment } from '../image-environment.ts';
import type { Work } from './work.ts';

/** A controller that is being measured, started as k8s/controller.yaml starts it. */
export interface WatchedController {
  readonly pid: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** All that it has told so far. */
  readonly work: readonly Work[];
  /** Resolves to the time, in Unix milliseconds, when /readyz first said ok. */
  readonly readyAt: Promise<number>;
  /** Throws, with the end of its log, when the process has ended. */
  check(): void;
  /** One scrape: milliseconds and bytes. */
  scrape(): Promise<{ readonly ms: number; readonly bytes: number }>;
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TELL = fileURLToPath(new URL('tell-work.ts', import.meta.url));
const PATIENCE = { within: 120_000, everyMs: 20 };

export interface ControllerOptions {
  readonly kubeconfig: string;
  /** Of the Lease. */
  readonly namespace: string;
  readonly jobImage: string;
  /** A command in front of node, which replaces itself with it. */
  readonly wrap: readonly string[];
}

export async function startWatchedController(options: ControllerOptions): Promise<WatchedController> {
  const { kubeconfig, namespace, jobImage, wrap } = options;
  const flags = ['--kubeconfig', kubeconfig, '--all-namespaces', '--lease-namespace', namespace];
  const [command = '', ...args] = [...wrap, process.execPath, '--import', TELL, ...installedArguments(), ...flags];
  const startedAt = Date.now();
  const child = ownChild(
    spawn(command, [...args, '--job-image', jobImage, '--listen', '127.0.0.1:0'], {
      cwd: ROOT,
      env: { ...process.env, ...imageEnvironment() },
      stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
    }),
  );
  const exited = once(child, 'exit');
  const log: string[] = [];
  createInterface(child.stderr as Readable).on('line', (line) => log.push(line));
  const work: Work[] = [];
  createInterface(child.stdio[3] as Readable).on('line', (line) => work.push(JSON.parse(line) as Work));
  const check = (): void => {
    if (child.exitCode === null && child.signalCode === null) return;
    throw new Error(`the controller ended with ${child.signalCode ?? child.exitCode}:\n${log.slice(-20).join('\n')}`);
  };

  const port = await until('the controller to serve its pages', () => portIn(log), PATIENCE);
  const page = async (path: string): Promise<{ readonly isOk: boolean; readonly bytes: number }> => {
    check();
    try {
      return await bytesOf(`http://127.0.0.1:${port}${path}`);
    } catch (error) {
      // Most likely it is just ending; then how it ended is the better error.
      await Promise.race([exited, delay(1_000)]);
      check();
      throw error;
    }
  };
  const isReady = async (): Promise<number | undefined> => ((await page('/readyz')).isOk ? Date.now() : undefined);
  return {
    pid: child.pid ?? 0,
    startedAt,
    work,
    readyAt: until('the controller to be ready', isReady, PATIENCE),
    check,
    async scrape() {
      const start = performance.now();
      const { bytes } = await page('/metrics');
      return { ms: performance.now() - start, bytes };
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** What stands behind `node` in the Deployment's command: options of V8, by which its memory is held down, and the program. */
function installedArguments(): readonly string[] {
  const documents = parseAllDocuments(readFileSync(join(ROOT, 'k8s/controller.yaml'), 'utf8'));
  const path = ['spec', 'template', 'spec', 'containers', 0, 'command'];
  const deployment = documents.find((document) => document.get('kind') === 'Deployment');
  const command = deployment?.getIn(path);
  if (!isSeq(command)) throw new Error('k8s/controller.yaml has no Deployment with a command');
  return (command.toJSON() as string[]).slice(1);
}

async function bytesOf(url: string): Promise<{ readonly isOk: boolean; readonly bytes: number }> {
  const response = await fetch(url);
  const { byteLength } = await response.arrayBuffer();
  return { isOk: response.ok, bytes: byteLength };
}

function portIn(log: readonly string[]): number | undefined {
  const line = log.find((text) => text.includes('serving /metrics'));
  return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
}
