import { readFileSync } from 'node:fs';

/** What a process has cost. */
export interface Usage {
  /** User and system time. */
  readonly cpuSeconds: number;
  /** The most memory that was resident at once (VmHWM), shared pages of the program included. */
  readonly peakBytes: number;
}

/** Linux counts CPU time in /proc in hundredths of a second on every platform that Node runs on (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

export function ownUsage(): Usage {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakBytes: maxRSS * 1024 };
}

/** CPU time of all children that have ended and were waited for. */
export function endedChildrenCpuSeconds(): number {
  const { endedChildrenTicks } = statOf('self');
  return endedChildrenTicks / TICKS_PER_SECOND;
}

/** CPU time so far of a running process. */
export function cpuSecondsOf(pid: number): number {
  return statOf(pid).ownTicks / TICKS_PER_SECOND;
}

function statOf(process: number | 'self'): { readonly ownTicks: number; readonly endedChildrenTicks: number } {
  // Behind the name in brackets, which may hold blanks, field 3 comes first; utime and stime are 14 and 15, cutime and
  // cstime 16 and 17.
  const fields = readFileSync(`/proc/${process}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const ticks = (first: number): number => Number(fields[first - 3]) + Number(fields[first - 2]);
  return { ownTicks: ticks(14), endedChildrenTicks: ticks(16) };
}

/** The peak so far of a running process, undefined once it has ended. */
export function peakOf(pid: number): number | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return peak === undefined ? undefined : Number(peak) * 1024;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH') {
      return undefined;
    }
    throw error;
  }
}

/** Seconds that all CPUs together have been busy since the machine started, whoever used them. */
export function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? ''
  )
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND;
}
