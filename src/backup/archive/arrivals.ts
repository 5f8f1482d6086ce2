import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { Failure } from '../../host/errors.ts';

/** Tells a file that never arrives right from a way on which nothing does. */
export interface Arrivals {
  archived(): void;
  /** Throws when so many files were left out for their transfer that it is no matter of single files any more. */
  skipped(reason: SkipReason): void;
}

/** So many are left out whatever came of the others: the first files of a night may lie on the one bad sector. */
const MOST_FAILED = 10;

export function countArrivals(): Arrivals {
  let arrived = 0;
  let failed = 0;
  return {
    archived() {
      arrived += 1;
    },
    skipped(reason) {
      if (reason !== 'transfer_failed') return;
      failed += 1;
      if (failed <= MOST_FAILED || failed <= arrived) return;
      throw new Failure(
        'SourceTransferWrong',
        `${failed} files of the source arrived wrong at every attempt, ${arrived} right`,
        {
          hint: 'look at what lies between: a proxy that changes what passes, bad memory, a bad disk; then run again',
        },
      );
    },
  };
}
