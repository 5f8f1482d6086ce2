import { Failure } from '../host/errors.ts';
import type { FileEntry, ReadableStore } from '../store/store.ts';
import type { ZipEntry } from '../zip/read/decode.ts';
import { readDirectory } from '../zip/read/directory.ts';
import { asOurs } from '../zip/read/exact.ts';
import { openZip, type ZipFile } from '../zip/read/open-zip.ts';
import { readEntry } from '../zip/read/read-entry.ts';
import { FILES_LIST, type FileLine, fileLineSchema, MANIFEST, type Manifest, parseManifest, SUMS } from './manifest.ts';

/** A stored backup opened by range reads: what verification and restore start from. */
export interface BackupFile {
  readonly zip: ZipFile;
  readonly manifest: Manifest;
  readonly manifestBytes: Buffer;
  readonly filesList: ZipEntry;
}

type ReadRange = (offset: number, length: number) => Promise<Buffer>;

export const rangesOf =
  (store: ReadableStore, file: FileEntry, signal: AbortSignal): ReadRange =>
  (offset, length) =>
    store.readRange(file, offset, length, signal);

/** Throws `mismatch` (NotAZip, CorruptArchive, ManifestMissing, ManifestInvalid) or `configuration` (NewerManifest). */
export async function openBackup(read: ReadRange, size: number, where: string): Promise<BackupFile> {
  const zip = await openZip(read, size);
  const found = new Map<string, ZipEntry>();
  for await (const entry of readDirectory(zip)) {
    if (entry.name === MANIFEST || entry.name === FILES_LIST || entry.name === SUMS) found.set(entry.name, entry);
  }
  const [manifest, filesList] = [found.get(MANIFEST), found.get(FILES_LIST)];
  if (!manifest || !filesList || !found.has(SUMS)) {
    throw new Failure(
      'ManifestMissing',
      `${where} is a ZIP, but none of ours: it has no ${MANIFEST}, ${FILES_LIST} or ${SUMS}`,
      {
        hint: 'check the name; a ZIP made by another program can only be tested with unzip -t',
      },
    );
  }
  const manifestBytes = await collect(readEntry(zip, manifest));
  const parsed = parseManifest(manifestBytes, `${where}/${MANIFEST}`);
  // Only now: a ZIP of somebody else gets the sentences above, not one about damage.
  return { zip: asOurs(zip), manifest: parsed, manifestBytes, filesList };
}

/** The lines of files.jsonl, checked one by one; `onBytes` sees the raw bytes. */
export async function* readFileLines(
  { zip, filesList }: BackupFile,
  onBytes: (chunk: Buffer) => void,
): AsyncGenerator<FileLine> {
  let rest = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of readEntry(zip, filesList)) {
    onBytes(chunk);
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield parseLine(line);
  }
  if (rest !== '') yield parseLine(rest);
}

function parseLine(line: string): FileLine {
  try {
    return fileLineSchema.parse(JSON.parse(line));
  } catch (error) {
    throw new Failure('FilesListInvalid', `${FILES_LIST} has a line that can't be read`, { cause: error });
  }
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}
