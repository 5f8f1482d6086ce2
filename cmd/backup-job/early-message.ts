import { blankReport, failedVerdict } from '../../src/backup/report.ts';
import { systemClock } from '../../src/host/clock.ts';
import { asFailure, messageOf } from '../../src/host/errors.ts';
import { policyName } from '../../src/host/startup/policy-file.ts';
import { writeTerminationMessage } from '../../src/host/termination-message.ts';
import { freshRunId } from '../../src/repository/names.ts';
import { podSettings } from './settings.ts';

/**
 * Leaves a termination message for a `run` that failed before it was one (settings, policy, command line); without it
 * the controller would have nothing but an exit code. Where no message is asked for it does nothing.
 */
export function leaveEarlyMessage(error: unknown, file: string | undefined): void {
  const { slot, terminationMessagePath } = podSettings(process.env);
  if (terminationMessagePath === undefined) return;
  const start = new Date(performance.timeOrigin);
  const runId = freshRunId(start);
  const head = { runId, slot: slot ?? runId, policy: policyName(file, process.env), startTime: start.toISOString() };
  try {
    const report = blankReport(head, failedVerdict(asFailure(error)), systemClock.now());
    writeTerminationMessage(terminationMessagePath, report);
  } catch (failed) {
    // The error that ended the run is the one to be thrown.
    process.stderr.write(`backup-job: the termination message could not be written: ${messageOf(failed)}\n`);
  }
}
