import { type StartedRun, startRun } from '../host/run.ts';
import { freshRunId } from '../repository/names.ts';
import type { Night, NightOptions } from './night.ts';

/** A night and the ways to end it early. */
export interface StartedNight extends Pick<StartedRun, 'abort' | 'dispose'> {
  readonly night: Night;
}

export function startNight(options: NightOptions): StartedNight {
  const { policy, source, destination, openJournal, workParent, clock } = options;
  const start = clock.now();
  const { run, abort, dispose } = startRun({
    ...options,
    runId: freshRunId(start),
    policyName: policy.metadata.name,
    start,
    deadlineSeconds: policy.spec.job.activeDeadlineSeconds,
  });
  options.onStart?.(run);
  return { night: { ...run, policy, spec: policy.spec, source, destination, openJournal, workParent }, abort, dispose };
}
