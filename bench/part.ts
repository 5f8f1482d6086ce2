/** What one part of the benchmark found out: a section of RESULTS.md. */
export interface Part {
  readonly title: string;
  /** What was done, in sentences. */
  readonly text: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly targets: readonly Target[];
  /** Where ours is worse than somebody else's, a sentence each. */
  readonly worse: readonly string[];
}

export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly isReached: boolean;
}

const MIB = 1024 * 1024;
/** What the job's container is given, and what no archive may exceed however large it is. */
export const MOST_MEMORY = 256 * MIB;

/** `value` times as fast as something else, at least `wanted` times. */
export function speedTarget(what: string, value: number, wanted: number): Target {
  return { what, wanted: `≥ ${wanted} ×`, measured: `${value.toFixed(2)} ×`, isReached: value >= wanted };
}

export function memoryTarget(what: string, bytes: number, mostBytes = MOST_MEMORY): Target {
  return {
    what: `peak memory, ${what}`,
    wanted: `≤ ${mib(mostBytes)} MiB`,
    measured: `${mib(bytes)} MiB`,
    isReached: bytes <= mostBytes,
  };
}

/**
 * The kernel kills a process that needs more than its cgroup's limit, and then there is no figure at all. Where there
 * was no limit, the resident size must do, which counts the program's shared pages (64 MiB) as well.
 */
export function containerTarget(
  what: string,
  {
    isLimited,
    peakBytes,
    mostBytes = MOST_MEMORY,
  }: { readonly isLimited: boolean; readonly peakBytes: number; readonly mostBytes?: number },
): Target {
  if (!isLimited) return memoryTarget(what, peakBytes, mostBytes);
  return {
    what: `a container for ${what}`,
    wanted: `${mib(mostBytes)} MiB`,
    measured: 'ended well in it',
    isReached: true,
  };
}

/** Rounded up, so that no rounding turns a missed target into a reached one. */
export const mib = (bytes: number): string => String(Math.ceil(bytes / MIB));
