import { asFailure } from '../../src/host/errors.ts';
import { printJson } from './output.ts';

/** Prints why a command failed, as a code word that one can look up and a sentence, or as JSON, and returns the exit code. */
export function fail(error: unknown, json: boolean): number {
  const failure = asFailure(error);
  if (json) {
    const { code, message, hint, exitCode } = failure;
    printJson({ error: { code, message, hint, exitCode } });
  } else {
    process.stderr.write(
      `backup-job failed (${failure.code}): ${failure.message}\n${failure.hint === undefined ? '' : `  → ${failure.hint}\n`}`,
    );
  }
  return failure.exitCode;
}
