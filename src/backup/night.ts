import type { Policy, PolicySpec } from '../api/policy.ts';
import type { Run, RunStart } from '../host/run.ts';
import type { Journal } from '../journal/journal.ts';
import type { Attempt } from '../repository/lease/retry.ts';
import type { Source, Store } from '../store/store.ts';

/** What every step of a night works with; made once. What a step finds it returns. */
export interface Night extends Run {
  readonly policy: Policy;
  readonly spec: PolicySpec;
  readonly source: Source;
  readonly destination: Store;
  /** Connects within that many milliseconds or throws; ends with the signal. `waits` where the run does nothing else meanwhile. Undefined where no database is configured. */
  readonly openJournal: ((budgetMs: number, signal: AbortSignal, waits?: Run['waits']) => Promise<Journal>) | undefined;
  /** Where the work folder is made: an emptyDir in Kubernetes, the system's temporary folder by hand. */
  readonly workParent: string;
}

export const attemptOf = ({ slot, policyName, source }: Night): Attempt => ({
  slot,
  policy: policyName,
  source: source.locate(''),
});

export interface NightOptions
  extends Pick<Night, 'source' | 'destination' | 'openJournal' | 'workParent'>,
    Pick<RunStart, 'slot' | 'clock' | 'log' | 'signal' | 'waits'> {
  readonly policy: Policy;
  /** Called once before the first step, for whoever shows the run while it goes on. */
  onStart?(run: Run): void;
}
