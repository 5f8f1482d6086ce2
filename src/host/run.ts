import type { WarningCode } from '../api/failure-codes/warnings.ts';
import type { Clock } from './clock.ts';
import { Failure, isAbort } from './errors.ts';
import type { Log } from './log.ts';
import { printable } from './printable.ts';
import { createProgress, type Progress } from './progress.ts';
import { createWaits, type Waits } from './waits.ts';

/** A run that goes on, whatever it does: what its pages, its terminal line and its report need of it. */
export interface Run {
  readonly runId: string;
  readonly policyName: string;
  readonly slot: string;
  readonly start: Date;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: Progress;
  /** What it waits for, told by whoever waits. */
  readonly waits: Waits;
  /** Aborts with the Failure that the run will report: a signal, the deadline, a lost lease. */
  readonly signal: AbortSignal;
  /** Something that does not stop the run but that somebody should know. */
  warn(code: WarningCode, sentence: string): void;
  /** What was warned of so far, as "Code: sentence". */
  readonly warnings: readonly string[];
}

export interface StartedRun {
  readonly run: Run;
  /** Ends the run early with this reason. */
  abort(failure: Failure): void;
  /** Stops the deadline's timer. */
  dispose(): void;
}

export interface RunStart {
  readonly runId: string;
  readonly policyName: string;
  /** What the run stands for (the Job); undefined by hand, where each run stands for itself. */
  readonly slot: string | undefined;
  readonly start: Date;
  readonly clock: Clock;
  readonly log: Log;
  readonly deadlineSeconds: number;
  /** What the stores tell of theirs; absent where they tell nobody. */
  readonly waits?: Waits | undefined;
  /** SIGINT or SIGTERM; its reason is a Failure. */
  readonly signal: AbortSignal;
}

/** Begins a run and the ways to end it early: the signal, its own deadline, `abort`. */
export function startRun(options: RunStart): StartedRun {
  const { runId, policyName, start, clock, log, deadlineSeconds } = options;
  const early = new AbortController();
  const timer = new AbortController();
  clock.sleep(deadlineSeconds * 1000, timer.signal).then(
    () => early.abort(deadlineExceeded(deadlineSeconds)),
    (error: unknown) => {
      if (!isAbort(error)) early.abort(error);
    },
  );
  const warnings: string[] = [];
  const waits = options.waits ?? createWaits(log, clock);
  const run: Run = {
    runId,
    policyName,
    slot: options.slot ?? runId,
    start,
    clock,
    log,
    waits,
    progress: createProgress(runId, start, clock, waits),
    signal: AbortSignal.any([options.signal, early.signal]),
    warn(code, sentence) {
      log.warn({ code }, sentence);
      warnings.push(`${code}: ${printable(sentence)}`);
    },
    warnings,
  };
  return { run, abort: (failure) => early.abort(failure), dispose: () => timer.abort() };
}

const deadlineExceeded = (seconds: number): Failure =>
  new Failure('DeadlineExceeded', `the run did not end within ${seconds} s`, {
    hint: 'raise spec.job.activeDeadlineSeconds, or look at the stage that took so long',
  });
