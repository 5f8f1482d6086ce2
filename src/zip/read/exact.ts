import { centralRecord, endRecords, type Header, localHeader } from '../encode.ts';
import { timesAgree } from '../timestamp.ts';
import { corrupt } from './corrupt.ts';
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
  const isSame = consistsOf(centralRecord(header, entry.offset), fixed, variable);
  if (!isSame || !timesAgree(header)) throw corrupt(`the record of ${entry.name} in its directory is not as written`);
}

export function expectOurLocalHeader(fixed: Buffer, variable: Buffer, entry: ZipEntry): void {
  if (!consistsOf(localHeader(headerOf(entry)), fixed, variable)) {
    throw corrupt(`the header of ${entry.name} is not as written`);
  }
}

function headerOf({ name, modified, ...entry }: ZipEntry): Header {
  return { ...entry, name: Buffer.from(name), unixSeconds: modified.getTime() / 1000 };
}

function consistsOf(whole: Buffer, fixed: Buffer, variable: Buffer): boolean {
  return (
    whole.length === fixed.length + variable.length &&
    whole.subarray(0, fixed.length).equals(fixed) &&
    whole.subarray(fixed.length).equals(variable)
  );
}
