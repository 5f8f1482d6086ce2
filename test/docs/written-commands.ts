import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { tool } from '../tools/tools.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The commands of each block of shell in a page, in their order, one a line. */
export const commandBlocks = (page: string): string[][] =>
  [...page.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, text = '']) =>
    text
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .map((line) => line.trim().replaceAll(/ +/g, ' '))
      .filter((line) => line !== ''),
  );

export interface Terminal {
  /** What a command prints; it must end well, and its pods must fit restricted pod security. */
  type(line: string): Promise<string>;
}

/** A shell in a clone with kubectl and Helm for this cluster, and `npx backup-job` without npm. */
export async function terminalFor(plane: ControlPlane, given: Readonly<Record<string, string>>): Promise<Terminal> {
  const programs = {
    KUBECTL_BINARY: plane.binary,
    HELM_BINARY: await tool('helm4'),
    NODE_BINARY: process.execPath,
    KUBECONFIG: plane.admin(),
    HOME: plane.folder,
  };
  const functions = [
    'kubectl() { "$KUBECTL_BINARY" kubectl "$@"; }',
    'helm() { "$HELM_BINARY" "$@"; }',
    'npx() { shift; "$NODE_BINARY" cmd/backup-job/main.ts "$@"; }',
  ];
  return {
    async type(line) {
      // Not spawnSync: the kubelet that a command waits for may live in this process.
      const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', [...functions, line].join('; ')], {
        cwd: ROOT,
        env: { ...process.env, ...given, ...programs },
        timeout: 300_000,
      });
      if (/would violate PodSecurity/.test(stderr)) throw new Error(`${line}: ${stderr}`);
      return stdout;
    },
  };
}
