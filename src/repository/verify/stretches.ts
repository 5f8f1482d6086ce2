import type { ZipEntry } from '../../zip/read/decode.ts';

/** A file's entry with the sha256 that files.jsonl has of it. */
export interface Claimed {
  readonly entry: ZipEntry;
  readonly sha256: string;
}

/** Files that lie so near to each other that they are read together, in the archive's order. */
export interface Stretch {
  readonly first: ZipEntry;
  readonly last: ZipEntry;
  readonly claimed: readonly Claimed[];
}

/** At 10 MB a second so much takes 13 ms; a request of its own takes 100 and is counted by Dropbox's limits. */
const MOST_BETWEEN_BYTES = 128 * 1024;
const MOST_BYTES = 1024 * 1024;

/** Of a million small files 20,000 are read each night, with some hundred requests. */
export function stretchesOf(files: readonly Claimed[]): Stretch[] {
  const stretches: { first: ZipEntry; last: ZipEntry; claimed: Claimed[] }[] = [];
  for (const one of files.toSorted((a, b) => a.entry.offset - b.entry.offset)) {
    const current = stretches.at(-1);
    const { entry } = one;
    if (current && isNear(current.first, current.last, entry)) {
      current.last = entry;
      current.claimed.push(one);
    } else stretches.push({ first: entry, last: entry, claimed: [one] });
  }
  return stretches;
}

const endOf = ({ offset, compressedSize }: ZipEntry): number => offset + compressedSize;

const isNear = (first: ZipEntry, last: ZipEntry, next: ZipEntry): boolean =>
  next.offset - endOf(last) <= MOST_BETWEEN_BYTES && endOf(next) - first.offset <= MOST_BYTES;
