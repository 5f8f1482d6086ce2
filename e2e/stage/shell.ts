import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { tool } from '../../test/tools/tools.ts';
import type { Stage } from './stage.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LONGEST_MS = 10 * 60_000;

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell of somebody who follows a page, in a clone: kubectl, helm and backup-job are on its PATH. */
export interface Shell extends Disposable {
  readonly folder: string;
  /** The line's own outcome; of a pipe, that of its first part: what a filter finds is another matter. */
  run(line: string, env?: Readonly<Record<string, string>>): Promise<Said>;
}

export async function openShell({ cluster }: Pick<Stage, 'cluster'>): Promise<Shell> {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-e2e-shell-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const programs = {
    kubectl: [cluster.plane.binary, 'kubectl'],
    helm: [await tool('helm4')],
    'backup-job': [process.execPath, join(ROOT, 'cmd/backup-job/main.ts')],
  };
  for (const [name, words] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(' ')} "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const own = {
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: folder,
    KUBECONFIG: cluster.plane.admin(),
    POLICIES: folder,
  };
  return {
    folder,
    run: (line, env = {}) =>
      new Promise((resolve) => {
        const script = `${line}\nexit "\${PIPESTATUS[0]}"`;
        const settings = { cwd: ROOT, env: { ...own, ...env }, timeout: LONGEST_MS, maxBuffer: 64 << 20 };
        execFile('bash', ['-c', script], settings, (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
          resolve({ code, stdout, stderr });
        });
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
