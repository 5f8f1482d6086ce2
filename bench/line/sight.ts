import type { Shape } from './shape.ts';

/** What the line says at its end (counts.go). Bytes are those within TLS, with HTTP's heads. */
export interface Sight {
  readonly connections: number;
  /** By path: `/2/files/download`. */
  readonly calls: Readonly<Record<string, number>>;
  /** Answers that bring the files that are to be backed up; times from the start of the line. */
  readonly content: { readonly bytes: number; readonly fromMs?: number; readonly toMs?: number };
  readonly up: Way;
  readonly down: Way;
  readonly bucketMs: number;
}

interface Way {
  readonly bytes: number;
  /** Bytes that left in each stretch of `bucketMs`; null before the first. */
  readonly series: readonly number[] | null;
}

export interface Share {
  readonly up: number;
  readonly down: number;
}

/** Of what the pipe could have carried in so many seconds; undefined where it had no limit. */
export function wholeShare({ up, down }: Sight, shape: Shape, seconds: number): Share | undefined {
  const possible = bytesPossible(shape, seconds);
  return possible === undefined ? undefined : { up: up.bytes / possible, down: down.bytes / possible };
}

/** The same from the first to the last byte of content that arrived. */
export function archivingShare(sight: Sight, shape: Shape): Share | undefined {
  const { fromMs, toMs } = sight.content;
  if (fromMs === undefined || toMs === undefined || toMs <= fromMs) return undefined;
  const possible = bytesPossible(shape, (toMs - fromMs) / 1_000);
  if (possible === undefined) return undefined;
  // What arrives at fromMs has left half a round trip before.
  const under = shape.roundTripMs / 2;
  return {
    up: bytesBetween(sight.up, sight.bucketMs, fromMs, toMs) / possible,
    down: bytesBetween(sight.down, sight.bucketMs, fromMs - under, toMs - under) / possible,
  };
}

function bytesPossible({ megabitsPerSecond }: Shape, seconds: number): number | undefined {
  return megabitsPerSecond === 0 ? undefined : (megabitsPerSecond / 8) * 1e6 * seconds;
}

/** Of a stretch that is only partly within, that part. */
function bytesBetween({ series }: Way, bucketMs: number, fromMs: number, toMs: number): number {
  return (series ?? []).reduce((sum, bytes, index) => {
    const within = Math.min(toMs, (index + 1) * bucketMs) - Math.max(fromMs, index * bucketMs);
    return sum + (bytes * Math.max(0, within)) / bucketMs;
  }, 0);
}
