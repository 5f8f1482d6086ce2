import { BLOCK_BYTES } from '../../content-hash.ts';

/** What a concurrent session wants the offset and the length of every part but the last to be a multiple of. */
export const wholeBlocks = (bytes: number): number => bytes - (bytes % BLOCK_BYTES);

/** With so many under way the line is not idle: while one waits for its answer, the bytes of two are on it, of which each has 0.4 of 1 Gbit/s. */
const ENOUGH_UNDER_WAY = 3;
/**
 * A part that goes before its buffer is full has at least this share of what went before it. An archive's end is then
 * never far behind its beginning, and yet an account whose plan counts such calls pays at most 300 more for an archive
 * of any size, and none for one that the line is too slow for.
 */
const LEAST_SHARE = 1 / 256;

export interface Filled {
  /** Of the buffer that is being filled. */
  readonly bytes: number;
  readonly partBytes: number;
  /** What all parts before it have. */
  readonly before: number;
  readonly underWay: number;
  /** Whether there is a buffer for what is filled next. */
  readonly hasFreeBuffer: boolean;
}

/** How much of it to send now: whole blocks, or 0. */
export function bytesDue({ bytes, partBytes, before, underWay, hasFreeBuffer }: Filled): number {
  if (bytes === partBytes) return bytes;
  if (underWay >= ENOUGH_UNDER_WAY || !hasFreeBuffer) return 0;
  const due = wholeBlocks(bytes);
  return due >= before * LEAST_SHARE ? due : 0;
}
