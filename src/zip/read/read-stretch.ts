import type { Gap } from '../entry.ts';
import { byteRun } from './byte-run.ts';
import type { ZipEntry } from './decode.ts';
import { entryContent, takeDescriptor, takeLocalHeader } from './entry-data.ts';
import type { ZipFile } from './open-zip.ts';
import { skipGaps } from './skip-gaps.ts';

/** A part of the archive that begins and ends with a whole entry. */
export interface ArchiveStretch {
  readonly offset: number;
  readonly bytes: number;
  /** Of the whole archive; those that lie within are passed over. */
  readonly gaps: readonly Gap[];
}

export interface EntryContent {
  readonly entry: ZipEntry;
  /** To be read to its end before the next entry is asked for; throws CorruptArchive as `readEntry` does. */
  readonly content: AsyncGenerator<Buffer, void, void>;
}

/**
 * The entries that fill a stretch, in order and with their contents, by one pass over it in ranges of 4 MiB (one, for a
 * small stretch). Throws CorruptArchive where the stretch holds anything else.
 */
export async function* readStretch(
  zip: ZipFile,
  entries: AsyncIterable<ZipEntry>,
  { offset, bytes, gaps }: ArchiveStretch,
): AsyncGenerator<EntryContent, void, void> {
  const end = offset + bytes;
  const run = byteRun(zip.read, offset, end);
  for await (const entry of entries) {
    await skipGaps(run, entry.offset, gaps);
    const { zip64 } = await takeLocalHeader(run, entry, zip);
    let isRead = false;
    const content = async function* (): AsyncGenerator<Buffer, void, void> {
      yield* entryContent(run, entry);
      isRead = true;
    };
    yield { entry, content: content() };
    if (!isRead) throw new Error(`the content of ${entry.name} has not been read to its end`);
    await takeDescriptor(run, entry, zip64);
  }
  await skipGaps(run, end, gaps);
}
