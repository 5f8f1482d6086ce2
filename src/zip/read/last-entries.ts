import { CENTRAL_RECORD_BYTES } from '../signatures.ts';
import { isAfter2038 } from '../timestamp.ts';
import { corrupt } from './corrupt.ts';
import type { ZipEntry } from './decode.ts';
import { readRecords } from './directory.ts';
import type { ZipFile } from './open-zip.ts';

/**
 * What may follow a name in a record of ours: the UT field, behind 64 bit sizes, a 64 bit offset, or both. The field is
 * missing from 2038 on, and in ZIPs of other programs that happen to hold files of these names.
 */
const WIDE_BYTES = [0, 4 + 8, 4 + 16, 4 + 24];
const TIME_BYTES = 9;

/**
 * The last entries of the central directory, without what stands in front of them, or undefined where they have other
 * names. A record does not say where it begins to one who comes from behind: it is found by its name, which must stand
 * at one of eight places, and then everything has to be a record from there to the end of the directory.
 */
export async function lastEntries(zip: ZipFile, names: readonly string[]): Promise<readonly ZipEntry[] | undefined> {
  const encoded = names.map((name) => Buffer.from(name));
  const most = encoded.reduce(
    (sum, name) => sum + CENTRAL_RECORD_BYTES + name.length + Math.max(...WIDE_BYTES) + TIME_BYTES,
    0,
  );
  const length = Math.min(most, zip.directorySize);
  const bytes = await zip.read(zip.directoryOffset + zip.directorySize - length, length);
  let start: number | undefined = length;
  for (const name of encoded.toReversed()) {
    start = recordBefore(bytes.subarray(0, start), name);
    if (start === undefined) return undefined;
  }
  const entries: ZipEntry[] = [];
  const stretch = { offset: zip.directorySize - length + start, bytes: length - start };
  for await (const entry of readRecords(zip, stretch)) entries.push(entry);
  if (entries.length !== names.length || entries.some(({ name }, i) => name !== names[i])) {
    throw corrupt('the records at the end of its directory run into one another');
  }
  return entries;
}

/** Where a record with this name begins that is the end of `bytes`. */
function recordBefore(bytes: Buffer, name: Buffer): number | undefined {
  const found = (extra: number): number | undefined => {
    const start = bytes.length - CENTRAL_RECORD_BYTES - name.length - extra;
    const at = start + CENTRAL_RECORD_BYTES;
    return start >= 0 && bytes.subarray(at, at + name.length).equals(name) ? start : undefined;
  };
  for (const wide of WIDE_BYTES) {
    const timed = found(wide + TIME_BYTES);
    if (timed !== undefined) return timed;
    const untimed = found(wide);
    if (untimed !== undefined && isAfter2038(bytes.readUInt32LE(untimed + 12))) return untimed;
  }
  return undefined;
}
