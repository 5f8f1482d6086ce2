import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { Failure } from '../../host/errors.ts';
import { Unavailable } from '../../store/store.ts';
import type { PlannedInput } from './planned-input.ts';

const MOST_ATTEMPTS = 3;

/**
 * A file that could not be archived: again, left out with a reason, or the end of the run (throws). A file that changes
 * is taken as it is now; one that changes at every attempt, or is gone, is left out. So is one that never arrives right,
 * or always in another size than listed while it is still the listed one: one file must not cost the night.
 */
export async function decideFailure(
  input: PlannedInput,
  error: unknown,
  attempt: number,
  signal: AbortSignal,
): Promise<'retry' | { readonly skip: SkipReason }> {
  const isOtherSize = hasCode(error, 'SizeMismatch');
  const hasChanged = error instanceof Unavailable && error.reason === 'changed_during_run';
  if (error instanceof Unavailable && !hasChanged) return { skip: error.reason };
  if (!isOtherSize && !hasChanged && !isWrongTransfer(error)) throw error;
  const isLast = attempt >= MOST_ATTEMPTS;
  if (hasChanged && isLast) return { skip: 'changed_during_run' };
  if (hasChanged || isOtherSize) {
    try {
      const isAnother = await input.refresh(signal);
      if (isLast && isAnother) return { skip: 'changed_during_run' };
    } catch (gone) {
      if (gone instanceof Unavailable) return { skip: gone.reason };
      throw gone;
    }
  }
  return isLast ? { skip: 'transfer_failed' } : 'retry';
}

const hasCode = (error: unknown, code: string): boolean => error instanceof Failure && error.code === code;
const isWrongTransfer = (error: unknown): boolean => error instanceof Failure && error.exit === 'mismatch';
