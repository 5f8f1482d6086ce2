import { Failure } from '../host/errors.ts';
import type { FileEntry, ReadableStore } from '../store/store.ts';
import type { ReadRange } from '../zip/read/byte-run.ts';
import type { ZipEntry } from '../zip/read/decode.ts';
import { asOurs, expectUnbroken } from '../zip/read/exact.ts';
import { lastEntries } from '../zip/read/last-entries.ts';
import { openZip, type ZipFile } from '../zip/read/open-zip.ts';
import { readEntry, withEntriesKnown } from '../zip/read/read-entry.ts';
import { archiveDiffers } from './archive-differs.ts';
import { FILES_LIST, MANIFEST, type Manifest, MOST_MANIFEST_BYTES, SUMS } from './manifest.ts';
import { parseManifest } from './parse-manifest.ts';

/** A stored backup opened by range reads: what verification and restore start from. */
export interface BackupFile {
  readonly zip: ZipFile;
  readonly manifest: Manifest;
  readonly manifestBytes: Buffer;
  readonly filesList: ZipEntry;
  /** The object's name, for sentences about it. */
  readonly where: string;
}

export const rangesOf =
  (store: ReadableStore, file: FileEntry, signal: AbortSignal): ReadRange =>
  (offset, length) =>
    store.readRange(file, offset, length, signal);

/**
 * Opens a backup by its end: one read, and a second where the manifest does not lie within the last 512 KiB, however many
 * entries there are. Throws `mismatch` (NotAZip, CorruptArchive, UnsupportedArchive, ManifestMissing, ManifestInvalid,
 * ArchiveDiffers) or `configuration` (NewerManifest).
 */
export async function openBackup(read: ReadRange, size: number, where: string): Promise<BackupFile> {
  const found = await openZip(read, size);
  const { manifest } = await addedEntries(found, where);
  const manifestSize = Math.max(manifest.size, manifest.compressedSize);
  if (manifestSize > MOST_MANIFEST_BYTES) {
    const most = `this program reads up to ${MOST_MANIFEST_BYTES}`;
    throw new Failure('ManifestInvalid', `${where}/${MANIFEST} has ${manifestSize} bytes, ${most}`);
  }
  const zip = await withEntriesKnown(found, manifest, manifest);
  const parsed = parseManifest(await collect(readEntry(zip, manifest)), `${where}/${MANIFEST}`);
  // Only now, and from the same bytes: a ZIP of somebody else and a newer one of ours get the sentences above, not one
  // about damage.
  const ours = asOurs(zip);
  const { filesList } = await addedEntries(ours, where);
  if (parsed.files_list.bytes !== filesList.size) {
    throw archiveDiffers(
      where,
      `${FILES_LIST} has ${filesList.size} bytes, the manifest says ${parsed.files_list.bytes}`,
    );
  }
  const manifestBytes = await collect(readEntry(ours, manifest));
  return { zip: { ...ours, read: found.read }, manifest: parsed, manifestBytes, filesList, where };
}

/** What a run adds behind the cases, which are the last entries of every backup. */
async function addedEntries(zip: ZipFile, where: string): Promise<{ filesList: ZipEntry; manifest: ZipEntry }> {
  const [filesList, manifest, sums] = (await lastEntries(zip, [FILES_LIST, MANIFEST, SUMS])) ?? [];
  if (filesList && manifest && sums) {
    if (zip.isOurs) expectUnbroken([filesList, manifest, sums], zip.directoryOffset);
    return { filesList, manifest };
  }
  throw new Failure(
    'ManifestMissing',
    `${where} is a ZIP, but none of ours: it has no ${MANIFEST}, ${FILES_LIST} or ${SUMS}`,
    {
      hint: 'check the name; a ZIP made by another program can only be tested with unzip -t',
    },
  );
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
