import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ownChild } from '../support/own-children.ts';
import { at, type Rendered } from './manifest.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Checked {
  readonly code: number | null;
  readonly said: string;
}

/**
 * Runs here what a pod of `helm test` would run in the image: its command, or `entrypoint` where it has none, with its
 * arguments and variables. `env` is what the pod's surroundings would be.
 */
export async function runHelmTest(pod: Rendered, entrypoint: readonly string[], env: object = {}): Promise<Checked> {
  const part = (field: string): readonly unknown[] => (at(pod, `spec.containers.0.${field}`) ?? []) as unknown[];
  const command = part('command').length > 0 ? part('command') : entrypoint;
  const [program, ...args] = [...command, ...part('args')] as string[];
  if (program !== 'node') throw new Error(`the image has no ${program}`);
  const variables = (part('env') as { name: string; value: string }[]).map(({ name, value }) => [name, value]);
  const child = ownChild(
    spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...Object.fromEntries(variables), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return { code, said: stdout + stderr };
}
