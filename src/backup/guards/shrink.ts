import { counted } from '../../api/counted.ts';
import type { PolicySpec } from '../../api/policy.ts';
import { Failure } from '../../host/errors.ts';

/** What a night lists or holds. Bytes as listed. */
export interface Totals {
  readonly cases: number;
  readonly files: number;
  readonly bytes: number;
}

type Guards = PolicySpec['guards'];
type What = keyof Totals;

/**
 * What a source may lose against the largest of its kept nights before a backup is refused, however slowly it went: 19 %
 * a night leave 4 % of it after a fortnight, and pass the guard of 20 % each time. An office that closes cases for good
 * comes this far in years, not within `keepDays`.
 */
const SLOW_PERCENT: Readonly<Record<What, number>> = { cases: 50, files: 50, bytes: 75 };

/** Refuses a source that is empty or much smaller than the last backup. */
export function shrinkFault(now: Totals, before: Totals | undefined, guards: Guards): Failure | undefined {
  if (now.files < guards.minFiles) {
    return new Failure(
      'SourceEmpty',
      `the source has ${counted(now.files, 'file')}, spec.guards.minFiles asks for ${guards.minFiles}`,
      {
        hint: 'check that the source folder is the right one and can be read; no backup was made, none was deleted',
      },
    );
  }
  const what = before && MEASURES.find((measure) => hasLost(now, before, measure, limitOf(guards, measure)));
  return before && what && shrunk(now, before, what, 'the last backup');
}

/** What it has lost since the largest of the kept nights: refused from SLOW_PERCENT on, told from the guards' on. */
export function slowShrink(
  now: Totals,
  largest: Totals | undefined,
  guards: Guards,
): { readonly fault: Failure } | { readonly warning: string } | undefined {
  if (!largest) return undefined;
  const refused = MEASURES.find((measure) => hasLost(now, largest, measure, slowLimitOf(guards, measure)));
  if (refused) return { fault: shrunk(now, largest, refused, 'the largest of the nights that are kept') };
  const told = MEASURES.find((measure) => hasLost(now, largest, measure, limitOf(guards, measure)));
  return told && { warning: sentence(now, largest, told, 'the largest of the nights that are kept') };
}

/**
 * The most that the kept nights had, oldest first. A night that was made although it had lost what is refused was let
 * through by somebody who set the guards to 100 for it: the count begins anew with it, or they would have to do so for
 * `keepDays` on end.
 */
export function largestOf(nights: readonly Totals[]): Totals | undefined {
  return nights.reduce<Totals | undefined>(
    (largest, night) =>
      largest && !MEASURES.some((measure) => hasLost(night, largest, measure, SLOW_PERCENT[measure]))
        ? {
            cases: Math.max(largest.cases, night.cases),
            files: Math.max(largest.files, night.files),
            bytes: Math.max(largest.bytes, night.bytes),
          }
        : night,
    undefined,
  );
}

/** With what can't be seen tonight, counted as it was: nobody may say that it is gone, and the night is incomplete anyway. */
export function withUnseen(now: Totals, held: Totals): Totals {
  return { cases: now.cases + held.cases, files: now.files + held.files, bytes: now.bytes + held.bytes };
}

const MEASURES: readonly What[] = ['cases', 'files', 'bytes'];

const limitOf = (guards: Guards, what: What): number =>
  what === 'bytes' ? guards.maxByteShrinkPercent : guards.maxShrinkPercent;

const slowLimitOf = (guards: Guards, what: What): number => Math.max(limitOf(guards, what), SLOW_PERCENT[what]);

/** All of the bytes may go at 100: what is left may be documents whose size nobody knows in advance. */
function hasLost(now: Totals, before: Totals, what: What, percent: number): boolean {
  if (what === 'bytes' && percent === 100) return false;
  const lost = before[what] - now[what];
  return lost > 0 && lost * 100 >= before[what] * percent;
}

function shrunk(now: Totals, before: Totals, what: What, than: string): Failure {
  const field = what === 'bytes' ? 'maxByteShrinkPercent' : 'maxShrinkPercent';
  return new Failure('SourceShrunk', sentence(now, before, what, than), {
    hint: `find out where they went; only if it is right, set spec.guards.${field} to 100 for one night`,
  });
}

const sentence = (now: Totals, before: Totals, what: What, than: string): string =>
  what === 'bytes'
    ? `the source has ${counted(now.files, 'file')} of ${counted(now.bytes, 'byte')} in all, ${than} had ${before.bytes} bytes`
    : `the source has ${counted(now[what], what.slice(0, -1))}, ${than} had ${before[what]}`;
