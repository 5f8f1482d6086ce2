import type { RunProgress, Stage } from '../api/report.ts';
import type { Clock } from './clock.ts';
import type { Waits } from './waits.ts';

/** Where a run is, kept by the work itself and shown by the terminal line, the log, `/run` and `/metrics`. */
export interface Progress {
  begin(stage: Stage, totals?: { readonly files?: number; readonly bytes?: number }): void;
  advance(files: number, bytes: number): void;
  snapshot(): RunProgress;
  readonly stage: Stage;
  /** Seconds spent in each stage so far. */
  stageSeconds(): Partial<Record<Stage, number>>;
}

export function createProgress(runId: string, start: Date, clock: Clock, waits?: Waits): Progress {
  let stage: Stage = 'Preparing';
  let stageStart = clock.elapsed();
  let stageStartTime = start;
  let heartbeat = start;
  let done = { files: 0, bytes: 0 };
  let totals: { readonly files?: number; readonly bytes?: number } = {};
  const seconds: Partial<Record<Stage, number>> = {};

  const spent = (): number => Math.round(clock.elapsed() - stageStart) / 1000;
  const percent = (): number | undefined => {
    if (totals.bytes === undefined || totals.files === undefined) return undefined;
    const part = totals.bytes > 0 ? done.bytes / totals.bytes : done.files / Math.max(1, totals.files);
    return Math.min(100, Math.floor(100 * part));
  };

  return {
    get stage() {
      return stage;
    },
    begin(next, nextTotals = {}) {
      seconds[stage] = (seconds[stage] ?? 0) + spent();
      stage = next;
      stageStart = clock.elapsed();
      totals = nextTotals;
      done = { files: 0, bytes: 0 };
      stageStartTime = clock.now();
      heartbeat = stageStartTime;
    },
    advance(files, bytes) {
      done.files += files;
      done.bytes += bytes;
      heartbeat = clock.now();
    },
    snapshot() {
      const share = percent();
      return {
        runId,
        stage,
        ...(share === undefined ? {} : { percent: share }),
        filesDone: done.files,
        ...(totals.files === undefined ? {} : { filesTotal: totals.files }),
        bytesDone: done.bytes,
        ...(totals.bytes === undefined ? {} : { bytesTotal: totals.bytes }),
        startTime: start.toISOString(),
        stageStartTime: stageStartTime.toISOString(),
        heartbeatTime: heartbeat.toISOString(),
        ...(waits?.current && { waiting: waits.current }),
      };
    },
    stageSeconds: () => ({ ...seconds, [stage]: (seconds[stage] ?? 0) + spent() }),
  };
}
