import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ownChild } from '../support/own-children.ts';
import { type HelmName, tool } from '../tools/tools.ts';

export const CHART = fileURLToPath(new URL('../../charts/case-backup', import.meta.url));

export interface HelmSaid {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HelmRun {
  /** The newest Helm 4 unless told. */
  readonly helm?: HelmName;
  /** For `--values -`. */
  readonly input?: string;
  /** The cluster that it may talk to; none unless given. */
  readonly kubeconfig?: string;
}

/** Runs a Helm that knows nothing of the user's own: no repositories, plugins, settings or clusters. */
export async function runHelm(args: readonly string[], run: HelmRun = {}): Promise<HelmSaid> {
  const { helm = 'helm4', input = '', kubeconfig = '/dev/null' } = run;
  const child = ownChild(
    spawn(await tool(helm), args, {
      env: { HOME: ownHome(), PATH: process.env['PATH'], KUBECONFIG: kubeconfig },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  const ended = Promise.withResolvers<number>();
  child.once('error', ended.reject);
  child.once('close', (code, signal) => {
    if (code === null) ended.reject(new Error(`helm ${args.join(' ')} was ended by ${signal}`));
    else ended.resolve(code);
  });
  // It may end before it has read all of it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise]);
  return { code, stdout, stderr };
}

let home: string | undefined;

/** One for the test file, which goes with it. */
function ownHome(): string {
  if (home !== undefined) return home;
  const made = mkdtempSync(join(tmpdir(), 'case-backup-helm-'));
  process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  home = made;
  return made;
}
