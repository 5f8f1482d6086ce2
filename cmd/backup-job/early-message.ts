import { earlyReport } from '../../src/backup/early-report.ts';
import { policyName } from '../../src/backup/policy-file.ts';
import { writeTerminationMessage } from '../../src/backup/termination-message.ts';
import { systemClock } from '../../src/host/clock.ts';
import { asFailure, messageOf } from '../../src/host/errors.ts';
import { podSettings } from './settings.ts';

/** Leaves a termination message for a `run` that failed before it began; where none is asked for it does nothing. */
export async function leaveEarlyMessage(error: unknown, file: string | undefined): Promise<void> {
  const { slot, terminationMessagePath } = podSettings(process.env);
  if (terminationMessagePath === undefined) return;
  const report = earlyReport(asFailure(error), {
    policy: policyName(file, process.env),
    slot,
    start: new Date(performance.timeOrigin),
    end: systemClock.now(),
  });
  try {
    await writeTerminationMessage(terminationMessagePath, report);
  } catch (failed) {
    // The error that ended the run is the one to be thrown.
    process.stderr.write(`backup-job: the termination message could not be written: ${messageOf(failed)}\n`);
  }
}
