import { CENTRAL_RECORD, CENTRAL_RECORD_BYTES, LOCAL_HEADER_BYTES } from '../signatures.ts';
import { byteRun } from './byte-run.ts';
import { corrupt, shownName } from './corrupt.ts';
import { decodeCentralRecord, type ZipEntry } from './decode.ts';
import { expectOurCentralRecord } from './exact.ts';
import type { ZipFile } from './open-zip.ts';

/** A part of the central directory, counted from its start. */
export interface DirectoryStretch {
  readonly offset: number;
  readonly bytes: number;
}

/** The central directory from front to back; throws CorruptArchive when it has not as many records as are counted. */
export async function* readDirectory(zip: ZipFile): AsyncGenerator<ZipEntry, void, void> {
  let count = 0;
  for await (const entry of readRecords(zip, { offset: 0, bytes: zip.directorySize })) {
    count += 1;
    yield entry;
  }
  if (count !== zip.entries) throw corrupt(`its directory has ${count} records where ${zip.entries} are counted`);
}

/**
 * The records of a stretch that begins and ends with a whole one, in chunks; nothing of it is kept. Throws CorruptArchive
 * when it does not, and when the records are not in the order of their entries or overlap. (Any order is legal in a ZIP;
 * this program writes this one, and it makes overlaps visible without holding a million offsets.)
 */
export async function* readRecords(
  zip: ZipFile,
  { offset, bytes }: DirectoryStretch,
): AsyncGenerator<ZipEntry, void, void> {
  if (offset + bytes > zip.directorySize) throw corrupt(`its directory has ${zip.directorySize} bytes and no more`);
  const end = zip.directoryOffset + offset + bytes;
  const run = byteRun(zip.read, zip.directoryOffset + offset, end);
  let free = 0;
  while (run.position < end) {
    const { position } = run;
    const fixed = await run.take(CENTRAL_RECORD_BYTES);
    if (fixed.readUInt32LE(0) !== CENTRAL_RECORD)
      throw corrupt(`no record of its directory starts at byte ${position}`);
    const variable = await run.take(fixed.readUInt16LE(28) + fixed.readUInt16LE(30) + fixed.readUInt16LE(32));
    const entry = decodeCentralRecord(fixed, variable);
    if (zip.isOurs) expectOurCentralRecord(fixed, variable, entry);
    if (entry.offset < free) throw corrupt(`${shownName(entry.name)} overlaps the entry before it`);
    free = entry.offset + LOCAL_HEADER_BYTES + fixed.readUInt16LE(28) + entry.compressedSize;
    if (free > zip.directoryOffset) throw corrupt(`${shownName(entry.name)} does not fit into the archive`);
    yield entry;
  }
}
