import { centralRecord, dataDescriptor, endRecords, type Header, localHeader } from '../encode.ts';
import { MAX_32 } from '../signatures.ts';
import { timesAgree } from '../timestamp.ts';
import { corrupt, shownName } from './corrupt.ts';
import type { ZipEntry } from './decode.ts';
import type { ZipFile } from './open-zip.ts';

/**
 * Archives of this program are held against what it writes, byte for byte. A reader has no use for half of a record
 * (versions, attributes, disk numbers), so a bit that flips there would go unnoticed: 14 of 400 did before this.
 */

/** The archive as one of ours: everything that is read from it from now on must be as `createArchive` writes it. */
export function asOurs(zip: ZipFile): ZipFile {
  if (!zip.tail.equals(endRecords(zip.entries, zip.directoryOffset, zip.directorySize))) {
    throw corrupt('its end records are not as they were written');
  }
  return { ...zip, isOurs: true };
}

export function expectOurCentralRecord(fixed: Buffer, variable: Buffer, entry: ZipEntry): void {
  const header = headerOf(entry);
  const isSame = isWritable(entry) && consistsOf(centralRecord(header, entry.offset), fixed, variable);
  if (!isSame || !timesAgree(header))
    throw corrupt(`the record of ${shownName(entry.name)} in its directory is not as written`);
}

export function expectOurLocalHeader(fixed: Buffer, variable: Buffer, entry: ZipEntry): void {
  if (!consistsOf(localHeader(headerOf(entry)), fixed, variable)) {
    throw corrupt(`the header of ${shownName(entry.name)} is not as written`);
  }
}

/** Bytes from an entry's local header to the end of its data, or of the descriptor behind them, in an archive of ours. */
export function extentOf(entry: ZipEntry): number {
  const header = headerOf(entry);
  return localHeader(header).length + entry.compressedSize + (entry.streamed ? dataDescriptor(header).length : 0);
}

/** Entries that nothing ever comes between fill the archive from the first of them to `end`. */
export function expectUnbroken(entries: readonly ZipEntry[], end: number): void {
  for (const [i, entry] of entries.entries()) {
    const next = entries[i + 1]?.offset ?? end;
    if (entry.offset + extentOf(entry) !== next)
      throw corrupt(`${shownName(entry.name)} does not end at byte ${next}, as written`);
  }
}

/** Other programs may widen one size alone, and a hostile one may claim a size that no number holds. */
const isWritable = ({ size, compressedSize, offset, zip64 }: ZipEntry): boolean =>
  Number.isSafeInteger(Math.max(size, compressedSize, offset)) && (zip64 || Math.max(size, compressedSize) < MAX_32);

function headerOf({ name, recordBytes: _, ...entry }: ZipEntry): Header {
  return { ...entry, name: Buffer.from(name) };
}

function consistsOf(whole: Buffer, fixed: Buffer, variable: Buffer): boolean {
  return (
    whole.length === fixed.length + variable.length &&
    whole.subarray(0, fixed.length).equals(fixed) &&
    whole.subarray(fixed.length).equals(variable)
  );
}
