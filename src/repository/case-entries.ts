import { isDeepStrictEqual } from 'node:util';
import { shownName } from '../zip/read/corrupt.ts';
import type { ZipEntry } from '../zip/read/decode.ts';
import { readRecords } from '../zip/read/directory.ts';
import { extentOf } from '../zip/read/exact.ts';
import { type EntryContent, readStretch } from '../zip/read/read-stretch.ts';
import { archiveDiffers } from './archive-differs.ts';
import { type ManifestCase, NOWHERE, placeWith } from './manifest.ts';
import type { BackupFile } from './open-backup.ts';

/**
 * The entries of one case in the archive's order, from its stretch of the central directory alone: one range read per 8
 * MiB of it, some 60,000 files. They are what the manifest says of the case, in number, size and place, or it throws
 * `mismatch` (CorruptArchive, ArchiveDiffers), at the latest before it ends.
 */
export async function* caseEntries(
  { zip, where }: BackupFile,
  { folder, files, bytes, at }: ManifestCase,
): AsyncGenerator<ZipEntry, void, void> {
  if (at.offset + at.bytes > zip.directoryOffset)
    throw archiveDiffers(where, `${shownName(folder)} ends behind the archive's end`);
  const found = { at: NOWHERE, files: 0, bytes: 0 };
  let directoryOffset = at.directory_offset;
  for await (const entry of readRecords(zip, { offset: at.directory_offset, bytes: at.directory_bytes })) {
    const place = { offset: entry.offset, bytes: extentOf(entry), directoryOffset, directoryBytes: entry.recordBytes };
    found.at = placeWith(found.at, place);
    directoryOffset += entry.recordBytes;
    const isWithin = entry.offset >= at.offset && entry.offset + place.bytes <= at.offset + at.bytes;
    if (!entry.name.startsWith(`${folder}/`) || !isWithin) {
      throw archiveDiffers(where, `${shownName(entry.name)} stands where the manifest has ${shownName(folder)}`);
    }
    if (!entry.name.endsWith('/')) found.files += 1;
    found.bytes += entry.size;
    yield entry;
  }
  const isSame = isDeepStrictEqual(found, { at, files, bytes });
  if (!isSame) throw archiveDiffers(where, `${shownName(folder)} is not what the manifest says of it`);
}

/**
 * The same with their contents, by one pass over the case's stretch of the archive in ranges of 4 MiB. Each content is to
 * be read to its end, where its size and CRC are checked, before the next entry is asked for.
 */
export function caseContents(backup: BackupFile, wanted: ManifestCase): AsyncGenerator<EntryContent, void, void> {
  const { offset, bytes } = wanted.at;
  const { gaps } = backup.manifest;
  return readStretch(backup.zip, caseEntries(backup, wanted), { offset, bytes, gaps });
}
