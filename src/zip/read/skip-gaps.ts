import type { Gap } from '../entry.ts';
import type { ByteRun } from './byte-run.ts';
import { corrupt } from './corrupt.ts';

/** Moves on to `position`, over declared gaps only. */
export async function skipGaps(run: ByteRun, position: number, gaps: readonly Gap[]): Promise<void> {
  while (run.position < position) {
    const gap = gaps.find(({ offset, length }) => offset === run.position && length > 0);
    if (!gap) throw corrupt(`the bytes from ${run.position} to ${position} belong to no entry`);
    await run.skip(gap.length);
  }
  if (run.position > position) throw corrupt(`something ends behind byte ${position}, where the next thing starts`);
}
