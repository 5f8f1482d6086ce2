import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A disk of so many bytes that a job may fill: a tmpfs in a mount namespace, which a process of ours keeps and which
 * goes with it. Needs no privilege where users may make namespaces.
 */
export interface SmallDisk extends AsyncDisposable {
  /** Where it is mounted, for who is in the namespace. */
  readonly path: string;
  /** The same folder seen from outside. */
  readonly outside: string;
  /** In front of a command: runs it in the namespace. */
  readonly wrap: readonly string[];
}

export async function openSmallDisk(bytes: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'case-backup-disk-'));
  const isRoot = process.geteuid?.() === 0;
  const script = 'mount -t tmpfs -o size="$1" tmpfs "$0" && echo mounted && read -r _';
  const keeper: ChildProcess = spawn('unshare', [isRoot ? '-m' : '-rm', 'sh', '-c', script, path, String(bytes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(keeper, 'exit');
  const first = await Promise.race([once(keeper.stdout ?? keeper, 'data'), ended]);
  if (!String(first[0]).startsWith('mounted')) throw new Error('no small disk: unshare or mount was refused');
  const outside = `/proc/${keeper.pid}/root${path}`;
  return {
    path,
    outside,
    wrap: ['nsenter', '-t', String(keeper.pid), ...(isRoot ? [] : ['-U', '--preserve-credentials']), '-m'],
    async [Symbol.asyncDispose]() {
      keeper.stdin?.end();
      await ended;
      await rm(path, { recursive: true });
    },
  };
}

/** Takes all of the disk but so many bytes; gives back what frees it. */
export function fill({ outside }: SmallDisk, free: number): () => void {
  const filler = join(outside, 'filler');
  const { bavail, bsize } = statfsSync(outside);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - free)));
  return () => rmSync(filler);
}
