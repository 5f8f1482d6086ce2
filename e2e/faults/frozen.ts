import { readFileSync } from 'node:fs';
import type { Stage } from '../stage/stage.ts';

/** A process of the cluster stands still meanwhile, and whoever talks to it waits in vain. */
export async function whileFrozen<T>({ cluster }: Stage, name: string, body: () => Promise<T>): Promise<T> {
  const noted = readFileSync(cluster.places.pids, 'utf8').split('\n');
  const pid = Number(noted.findLast((line) => line.endsWith(` ${name}`))?.split(' ')[0]);
  process.kill(pid, 'SIGSTOP');
  try {
    return await body();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
