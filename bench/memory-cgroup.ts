import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group with a memory limit, as the kubelet makes one for a container; swap is not limited. */
export interface MemoryCgroup {
  /** Put in front of a command, it runs the command inside. */
  readonly wrap: readonly string[];
  /** Most that was charged at once, page cache included; that is given back before anybody is killed. */
  peakBytes(): number;
  remove(): void;
}

interface Files {
  readonly root: string;
  readonly limit: string;
  readonly peak: string;
}

/** Controller files of the two generations (kernel documentation, cgroup-v1/memory and cgroup-v2). */
const V2: Files = { root: '/sys/fs/cgroup', limit: 'memory.max', peak: 'memory.peak' };
const V1: Files = {
  root: '/sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  peak: 'memory.max_usage_in_bytes',
};

/** Undefined where this user may not make one. */
export function memoryCgroup(limitBytes: number): MemoryCgroup | undefined {
  const files = existsSync(join(V2.root, 'cgroup.controllers')) ? V2 : V1;
  const folder = join(files.root, `case-backup-bench-${process.pid}`);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  try {
    writeFileSync(join(folder, files.limit), String(limitBytes));
  } catch {
    rmdirSync(folder);
    return undefined;
  }
  return {
    wrap: ['sh', '-c', `echo $$ > ${folder}/cgroup.procs && exec "$@"`, 'sh'],
    peakBytes: () => Number(readFileSync(join(folder, files.peak), 'utf8')),
    remove: () => rmdirSync(folder),
  };
}
