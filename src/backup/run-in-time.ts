import type { RunReport } from '../api/report.ts';
import { asFailure } from '../host/errors.ts';
import type { NightOptions } from './night.ts';
import { reportOfFailure } from './report.ts';
import { runBackup } from './run.ts';

/**
 * What a run may take to end once it was stopped, whatever it waits for; a pod is killed 60 s after SIGTERM. Stores leave
 * a call that does not return after 5 s, closing takes 15 s, and the lease is let go in 5 s.
 */
const CLOSING_MS = 45_000;

/** A night that ends also when something in it does not. Its report then knows no more than why it was stopped. */
export async function runInTime(options: NightOptions): Promise<RunReport> {
  const overdue = Promise.withResolvers<RunReport>();
  let timer: NodeJS.Timeout | undefined;
  const work = runBackup({
    ...options,
    onStart(run) {
      options.onStart?.(run);
      const giveUp = (): void => overdue.resolve(reportOfFailure(run, asFailure(run.signal.reason)));
      const onAbort = (): void => {
        timer = setTimeout(giveUp, CLOSING_MS);
      };
      if (run.signal.aborted) onAbort();
      else run.signal.addEventListener('abort', onAbort, { once: true });
    },
  });
  try {
    return await Promise.race([work, overdue.promise]);
  } finally {
    clearTimeout(timer);
  }
}
