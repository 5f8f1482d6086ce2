import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import type { Totals } from './shrink.ts';

/** Why nobody knows what is in a folder. A link or a pipe in the place of one is none of these. */
const HIDES: ReadonlySet<SkipReason> = new Set(['no_access', 'partly_visible', 'unreachable', 'unreadable']);

export const hidesContent = (reason: SkipReason): boolean => HIDES.has(reason);

export interface CaseCounts {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
}

/** A case in which something could not be looked into, with what was seen of it. */
export interface UnseenCase extends CaseCounts {
  /** Whether its own folder could be looked into. */
  readonly isListed: boolean;
}

export interface Unseen {
  /** What the guards have to add to what was seen. */
  readonly totals: Totals;
  /** Those cases as they were when they were last seen, for the next night's manifest to know. */
  readonly cases: readonly CaseCounts[];
}

/**
 * What stands where nobody could look, by what the backup before knew of those cases. It is named as missing and makes
 * the night incomplete, so the guards must not take it for gone; and when it is gone one day, that night has to miss it.
 */
export function unseenBy(unseen: readonly UnseenCase[], caseBefore: (name: string) => CaseCounts | undefined): Unseen {
  const known = unseen.flatMap((seen) => {
    const before = caseBefore(seen.name);
    return before ? [{ seen, before }] : [];
  });
  const hidden = (what: 'files' | 'bytes'): number =>
    known.reduce((sum, { seen, before }) => sum + Math.max(0, before[what] - seen[what]), 0);
  return {
    totals: {
      cases: known.filter(({ seen }) => !seen.isListed).length,
      files: hidden('files'),
      bytes: hidden('bytes'),
    },
    cases: known.map(({ seen, before }) => ({
      name: seen.name,
      files: Math.max(seen.files, before.files),
      bytes: Math.max(seen.bytes, before.bytes),
    })),
  };
}
