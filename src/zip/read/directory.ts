import { CENTRAL_RECORD, CENTRAL_RECORD_BYTES, LOCAL_HEADER_BYTES } from '../signatures.ts';
import { byteRun } from './byte-run.ts';
import { corrupt } from './corrupt.ts';
import { decodeCentralRecord, type ZipEntry } from './decode.ts';
import { expectOurCentralRecord } from './exact.ts';
import type { ZipFile } from './open-zip.ts';

/**
 * The central directory from front to back, in chunks; nothing of it is kept. Throws CorruptArchive when its records
 * are not in the order of their entries, overlap, or are more or fewer than the end record counts. (Any order is legal
 * in a ZIP; this program writes this one, and it makes overlaps visible without holding a million offsets.)
 */
export async function* readDirectory(zip: ZipFile): AsyncGenerator<ZipEntry, void, void> {
  const directoryEnd = zip.directoryOffset + zip.directorySize;
  const run = byteRun(zip.read, zip.directoryOffset, directoryEnd);
  let count = 0;
  let free = 0;
  for (; run.position < directoryEnd; count++) {
    const fixed = await run.take(CENTRAL_RECORD_BYTES);
    if (fixed.readUInt32LE(0) !== CENTRAL_RECORD) throw corrupt(`record ${count} of its directory is none`);
    const variable = await run.take(fixed.readUInt16LE(28) + fixed.readUInt16LE(30) + fixed.readUInt16LE(32));
    const entry = decodeCentralRecord(fixed, variable);
    if (zip.isOurs) expectOurCentralRecord(fixed, variable, entry);
    if (entry.offset < free) throw corrupt(`${entry.name} overlaps the entry before it`);
    free = entry.offset + LOCAL_HEADER_BYTES + fixed.readUInt16LE(28) + entry.compressedSize;
    if (free > zip.directoryOffset) throw corrupt(`${entry.name} does not fit into the archive`);
    yield entry;
  }
  if (count !== zip.entries) throw corrupt(`its directory has ${count} records where ${zip.entries} are counted`);
}
