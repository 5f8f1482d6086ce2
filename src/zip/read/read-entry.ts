import { LOCAL_HEADER_BYTES } from '../signatures.ts';
import { byteRun } from './byte-run.ts';
import type { ZipEntry } from './decode.ts';
import { entryContent, takeDescriptor, takeLocalHeader } from './entry-data.ts';
import { withKnown } from './known-range.ts';
import type { ZipFile } from './open-zip.ts';

/** ZIP64 sizes and the UT field in front of the data, a 64 bit descriptor behind them. */
const MOST_EXTRA_BYTES = 20 + 9 + 24;

/**
 * The content of one entry, by range reads of up to 4 MiB (one, for a small entry), `atOnce` side by side. Header, size and CRC are checked:
 * it throws CorruptArchive before it ends when anything differs, so nothing may be kept before the last chunk is in.
 */
export async function* readEntry(zip: ZipFile, entry: ZipEntry, atOnce?: number): AsyncGenerator<Buffer, void, void> {
  const run = byteRun(zip.read, entry.offset, endAtMost(zip, entry), atOnce);
  const { zip64 } = await takeLocalHeader(run, entry, zip);
  yield* entryContent(run, entry);
  await takeDescriptor(run, entry, zip64);
}

/** The archive with all that belongs to these entries in memory, after one range read of whatever size. */
export async function withEntriesKnown(zip: ZipFile, first: ZipEntry, last: ZipEntry): Promise<ZipFile> {
  const bytes = await zip.read(first.offset, endAtMost(zip, last) - first.offset);
  return { ...zip, read: withKnown(zip.read, first.offset, bytes) };
}

function endAtMost(zip: ZipFile, entry: ZipEntry): number {
  const most = LOCAL_HEADER_BYTES + Buffer.byteLength(entry.name) + entry.compressedSize + MOST_EXTRA_BYTES;
  return Math.min(entry.offset + most, zip.directoryOffset);
}
