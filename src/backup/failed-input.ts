import { Failure, messageOf } from '../host/errors.ts';
import { type SkipReason, Unavailable } from '../store/store.ts';
import type { PlannedInput } from './planned-input.ts';

const MOST_ATTEMPTS = 3;

/**
 * A file that could not be archived: again, left out with a reason, or the end of the run (throws). A file that changes
 * is taken as it is now; one that changes at every attempt, or is gone, is left out. A transfer that stays wrong ends
 * the run: the next one may do better, and a file that exists must not quietly be missing.
 */
export async function decideFailure(
  input: PlannedInput,
  error: unknown,
  attempt: number,
  signal: AbortSignal,
): Promise<'retry' | { readonly skip: SkipReason }> {
  const changed = isChange(error);
  if (error instanceof Unavailable && !changed) return { skip: error.reason };
  if (!changed && !isWrongTransfer(error)) throw error;
  if (attempt >= MOST_ATTEMPTS) {
    if (changed) return { skip: 'changed_during_run' };
    throw new Failure(
      'failed',
      'SourceTransferWrong',
      `a file of the source arrived wrong ${attempt} times: ${messageOf(error)}`,
      {
        hint: 'run again; if it stays so, download that file by hand and compare',
        cause: error,
      },
    );
  }
  if (!changed) return 'retry';
  try {
    await input.refresh(signal);
    return 'retry';
  } catch (gone) {
    if (gone instanceof Unavailable) return { skip: gone.reason };
    throw gone;
  }
}

const isChange = (error: unknown): boolean =>
  (error instanceof Unavailable && error.reason === 'changed_during_run') ||
  (error instanceof Failure && error.code === 'SizeMismatch');

const isWrongTransfer = (error: unknown): boolean => error instanceof Failure && error.exit === 'mismatch';
