import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from '../../test/cluster/component.ts';
import { peakOf, type Usage } from '../usage.ts';

/** What a process that goes on has cost so far. */
export interface ProcessUse extends Usage {
  readonly residentBytes: number;
}

/** Linux counts in hundredths of a second (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;
const LOOK_MS = 100;
const REST_MS = 3_000;
/** A process that only renews its leases and collects its garbage. */
const REST_SECONDS = 0.05;
const PATIENCE_MS = 120_000;

export function useOf(pid: number): ProcessUse {
  return { cpuSeconds: cpuSecondsOf(pid), peakBytes: peakOf(pid) ?? 0, residentBytes: residentBytes(pid) };
}

/** Waits until it has done next to nothing for three seconds; resolves to performance.now() of when it began to rest. */
export async function untilAtRest(pid: number): Promise<number> {
  const end = performance.now() + PATIENCE_MS;
  let since = performance.now();
  for (let before = cpuSecondsOf(pid); performance.now() - since < REST_MS; await delay(LOOK_MS)) {
    const now = cpuSecondsOf(pid);
    if (now - before < REST_SECONDS) continue;
    before = now;
    since = performance.now();
    if (since > end) throw new Error(`process ${pid} was still at work after ${PATIENCE_MS / 1000} s`);
  }
  return since;
}

/** User and system time: fields 14 and 15, of which the third is the first behind the name in brackets. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
