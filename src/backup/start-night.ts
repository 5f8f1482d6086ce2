import type { Policy } from '../api/policy.ts';
import type { Clock } from '../host/clock.ts';
import { Failure, isAbort } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import { createProgress } from '../host/progress.ts';
import { newRunId } from '../repository/names.ts';
import type { Source, Store } from '../store/store.ts';
import { type Night, noFacts } from './night.ts';

export interface RunOptions {
  readonly policy: Policy;
  /** The Job's name in Kubernetes; undefined by hand, where each run stands for itself. */
  readonly slot: string | undefined;
  readonly source: Source;
  readonly destination: Store;
  readonly openJournal: Night['openJournal'];
  readonly clock: Clock;
  readonly log: Log;
  readonly workParent: string;
  /** SIGINT or SIGTERM; its reason is a Failure. */
  readonly signal: AbortSignal;
  /** Called once before the first step, for whoever shows the run while it goes on. */
  onStart?(night: Night): void;
}

/** A night and the ways to end it early: the signal, the deadline, `abort`. */
export interface StartedNight {
  readonly night: Night;
  abort(failure: Failure): void;
  /** Stops the deadline's timer. */
  dispose(): void;
}

export const freshRunId = (start: Date): string => newRunId(start, crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);

export function startNight(options: RunOptions): StartedNight {
  const { policy, clock } = options;
  const start = clock.now();
  const runId = freshRunId(start);
  const early = new AbortController();
  const timer = new AbortController();
  const seconds = policy.spec.job.activeDeadlineSeconds;
  clock.sleep(seconds * 1000, timer.signal).then(
    () =>
      early.abort(
        new Failure('DeadlineExceeded', `the run did not end within ${seconds} s`, {
          hint: 'raise spec.job.activeDeadlineSeconds, or look at the stage that took so long',
        }),
      ),
    (error: unknown) => {
      if (!isAbort(error)) early.abort(error);
    },
  );
  const night: Night = {
    policy,
    spec: policy.spec,
    runId,
    slot: options.slot ?? runId,
    start,
    source: options.source,
    destination: options.destination,
    openJournal: options.openJournal,
    clock,
    log: options.log,
    progress: createProgress(runId, start, clock),
    workParent: options.workParent,
    signal: AbortSignal.any([options.signal, early.signal]),
    facts: noFacts(),
  };
  return { night, abort: (failure) => early.abort(failure), dispose: () => timer.abort() };
}
