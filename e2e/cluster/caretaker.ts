import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Places, placesIn } from './places.ts';
import { sweep } from './sweep.ts';

/**
 * A process that only waits for the one that started it to end, in whatever way, and then sweeps up after it: the kernel
 * closes the pipe between them. A cluster of someone who was killed would otherwise keep a bridge, rules, mounts and a
 * gigabyte of memory. It also ends a cluster that lives for too long.
 */
const LONGEST_MS = 4 * 3_600_000;

export interface Caretaker {
  /** Resolves when all is swept. */
  sweep(): Promise<void>;
}

export async function hireCaretaker({ folder }: Places): Promise<Caretaker> {
  // In a session of its own: Ctrl-C is for the others.
  const child = spawn(process.execPath, [import.meta.filename, folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  await once(child, 'spawn');
  const ended = once(child, 'exit');
  child.unref();
  (child.stdin as Socket).unref();
  return {
    async sweep() {
      child.ref();
      child.stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new Error(`the cluster in ${folder} was not swept up`);
    },
  };
}

if (import.meta.main) {
  const [folder = ''] = process.argv.slice(2);
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    console.error(`the cluster in ${folder} was there for ${LONGEST_MS / 3_600_000} hours and is ended`);
    over.resolve();
  }, LONGEST_MS);
  process.stdin.on('end', over.resolve).on('error', over.resolve).resume();
  await over.promise;
  clearTimeout(timer);
  process.stdin.destroy();
  await sweep(placesIn(folder));
}
