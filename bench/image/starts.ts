import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { writeKubeconfig } from '../../test/cluster/kubeconfig.ts';
import type { PolicyRule } from '../../test/cluster/kubeconfigs.ts';
import { CONTROLLER_RULES } from '../../test/controller/operator.ts';
import { freePort } from '../../test/support/free-port.ts';
import { ownChild } from '../../test/support/own-children.ts';
import type { Unpacked } from './unpacked.ts';

const USER = 10001;
const PATIENCE_MS = 120_000;

/** Takes the image's files out of the page cache, and nobody else's: as after a node's start, but for the folders' own blocks. */
const EVICT = `import os, sys
os.sync()
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not os.path.islink(path):
            file = os.open(path, os.O_RDONLY)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)`;

export const evict = ({ root }: Unpacked): void => void execFileSync('python3', ['-c', EVICT, root]);

/** As a container runs it, but without what a runtime does around it. */
function start({ root, env }: Unpacked, command: readonly string[], more: object = {}): ChildProcess {
  const args = [`--userspec=${USER}:${USER}`, root, '/usr/bin/env', '-C', '/app', ...command];
  return ownChild(spawn('/usr/sbin/chroot', args, { env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'ignore'] }));
}

/** Seconds until it has said its version and ended. */
export async function versionSeconds(image: Unpacked, more: object = {}): Promise<number> {
  const began = performance.now();
  const child = start(image, [...image.entrypoint, '--version'], more);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`backup-job --version ended with ${code}`);
  return (performance.now() - began) / 1000;
}

/** A kubeconfig within the image, of a service account with the chart's rights in a namespace of its own. */
export async function moveIn({ root }: Unpacked, plane: ControlPlane): Promise<string> {
  const namespace = await plane.ownNamespace();
  const rules = [...CONTROLLER_RULES.policies, ...CONTROLLER_RULES.leaderElection] as readonly PolicyRule[];
  const token = await plane.token(namespace, 'controller');
  await plane.allow(namespace, 'controller', rules);
  const [folder, caFile] = [join(root, 'bench'), join(root, 'bench/ca.crt')];
  mkdirSync(folder, { recursive: true });
  copyFileSync(plane.caFile, caFile);
  const content = { server: plane.url, caFile: '/bench/ca.crt', credentials: { token }, namespace };
  const kubeconfig = writeKubeconfig(join(folder, 'kubeconfig'), content);
  for (const file of [caFile, kubeconfig]) chownSync(file, USER, USER);
  return namespace;
}

/** Seconds until /readyz says ok, in a cluster without policies. */
export async function readySeconds(image: Unpacked, namespace: string): Promise<number> {
  const port = await freePort();
  const flags = ['--kubeconfig', '/bench/kubeconfig', '--namespace', namespace, '--lease-namespace', namespace];
  const command = ['node', '--max-semi-space-size=4', 'cmd/controller/main.ts', ...flags];
  const began = performance.now();
  const child = start(image, [...command, '--job-image', 'example/case-backup:bench', '--listen', `127.0.0.1:${port}`]);
  const ended = once(child, 'exit');
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`the controller ended with ${child.exitCode}`);
      if (performance.now() - began > PATIENCE_MS) throw new Error('the controller did not become ready');
      await delay(2);
    }
    return (performance.now() - began) / 1000;
  } finally {
    child.kill();
    await ended;
  }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  await answer?.arrayBuffer();
  return answer?.ok === true;
}
