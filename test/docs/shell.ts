import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { tool } from '../tools/tools.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LONGEST_MS = 10 * 60_000;

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell of somebody who follows a page, in a clone: kubectl, helm, backup-job and an npx for it are on its PATH. */
export interface Shell extends Disposable {
  readonly folder: string;
  /** The line's own outcome; of a pipe, that of its first part: what a filter finds is another matter. */
  run(line: string, env?: Readonly<Record<string, string>>): Promise<Said>;
  /** What a line prints that must end well, and whose pods must fit restricted pod security. */
  type(line: string): Promise<string>;
}

/** `given` are variables of every line. */
export async function openShell(plane: ControlPlane, given: Readonly<Record<string, string>> = {}): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-shell-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const job = `'${process.execPath}' '${join(ROOT, 'cmd/backup-job/main.ts')}' "$@"`;
  const programs = {
    kubectl: `exec '${plane.binary}' kubectl "$@"`,
    helm: `exec '${await tool('helm4')}' "$@"`,
    'backup-job': `exec ${job}`,
    npx: `shift; exec ${job}`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const own = {
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: folder,
    KUBECONFIG: plane.admin(),
    POLICIES: folder,
    ...given,
  };
  // Not spawnSync: the kubelet that a command waits for may live in this process.
  const run: Shell['run'] = (line, env = {}) =>
    new Promise((resolve) => {
      const script = `${line}\nexit "\${PIPESTATUS[0]}"`;
      const settings = { cwd: ROOT, env: { ...own, ...env }, timeout: LONGEST_MS, maxBuffer: 64 << 20 };
      execFile('bash', ['-c', script], settings, (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
        resolve({ code, stdout, stderr });
      });
    });
  return {
    folder,
    run,
    async type(line) {
      const { code, stdout, stderr } = await run(line);
      if (code !== 0 || /would violate PodSecurity/.test(stderr)) throw new Error(`${line}: ${stderr}`);
      return stdout;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
