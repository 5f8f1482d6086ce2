import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ownChild } from '../support/own-children.ts';
import { idleManagerBinary } from './build.ts';
import { residentBytes } from './component.ts';
import { inTime } from './until.ts';

export interface IdleManager {
  readonly pid: number;
  /** From its start to a cache that is complete. */
  readonly syncedMs: number;
  /** Resident bytes now. */
  memory(): number;
  stop(): Promise<void>;
}

export interface IdleManagerOptions {
  readonly kubeconfig: string;
  /** All namespaces unless told. */
  readonly namespace?: string;
  /** Of CronJobs, Jobs and Pods; `casebackup.io/policy` unless told. */
  readonly selector?: string;
  /** Kind.version.group of the policies; empty: it watches none. */
  readonly policies?: string;
}

/**
 * A controller in Go that does nothing (go/idle-manager/main.go), to compare memory with. Builds it where needed: half
 * a minute after the other binary.
 */
export async function startIdleManager(options: IdleManagerOptions): Promise<IdleManager> {
  const { kubeconfig, ...flags } = options;
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const binary = await idleManagerBinary();
  const child = ownChild(spawn(binary, [`--kubeconfig=${kubeconfig}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }));
  const kill = (): void => void child.kill('SIGKILL');
  const exited = once(child, 'exit');
  const said: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    said.push(line);
    if (said.length > 20) said.shift();
  });
  const died = exited.then(() => {
    throw new Error(`the idle manager ended:\n${said.join('\n')}`);
  });
  died.catch(() => undefined);
  const firstLine = once(createInterface(child.stdout), 'line') as Promise<[string]>;
  try {
    const [line] = await inTime('the idle manager to have its cache', Promise.race([firstLine, died]), 120_000);
    const { syncedMs } = JSON.parse(line) as { syncedMs: number };
    const pid = child.pid ?? 0;
    return {
      pid,
      syncedMs,
      memory: () => residentBytes(pid),
      async stop() {
        kill();
        await exited;
      },
    };
  } catch (error) {
    kill();
    throw error;
  }
}
