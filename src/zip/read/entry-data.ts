import { crc32 } from 'node:zlib';
import { number64 } from '../number64.ts';
import { DATA_DESCRIPTOR, LOCAL_HEADER, LOCAL_HEADER_BYTES } from '../signatures.ts';
import type { ByteRun } from './byte-run.ts';
import { corrupt, shownName } from './corrupt.ts';
import { compareLocalHeader, type ZipEntry } from './decode.ts';
import { expectOurLocalHeader } from './exact.ts';
import { inflateChunks } from './inflate.ts';
import type { ZipFile } from './open-zip.ts';

/** Reads and checks the local header at the run's position, in the strict way where the archive is ours. */
export async function takeLocalHeader(
  run: ByteRun,
  entry: ZipEntry,
  { isOurs }: Pick<ZipFile, 'isOurs'>,
): Promise<{ readonly zip64: boolean }> {
  const fixed = await run.take(LOCAL_HEADER_BYTES);
  if (fixed.readUInt32LE(0) !== LOCAL_HEADER)
    throw corrupt(`no entry starts at byte ${entry.offset} for ${shownName(entry.name)}`);
  const variable = await run.take(fixed.readUInt16LE(26) + fixed.readUInt16LE(28));
  const local = compareLocalHeader(fixed, variable, entry);
  if (isOurs) expectOurLocalHeader(fixed, variable, entry);
  return local;
}

/** Reads and checks the data descriptor behind the data, where there is one. */
export async function takeDescriptor(run: ByteRun, entry: ZipEntry, zip64: boolean): Promise<void> {
  if (!entry.streamed) return;
  const bytes = await run.take(zip64 ? 24 : 16);
  const compressedSize = zip64 ? number64(bytes, 8) : bytes.readUInt32LE(8);
  const size = zip64 ? number64(bytes, 16) : bytes.readUInt32LE(12);
  const same =
    bytes.readUInt32LE(0) === DATA_DESCRIPTOR &&
    bytes.readUInt32LE(4) === entry.crc32 &&
    compressedSize === entry.compressedSize &&
    size === entry.size;
  if (!same) throw corrupt(`the descriptor behind ${shownName(entry.name)} differs from the directory`);
}

/** The content of an entry from its data at the run's position; throws before it ends when size or CRC are wrong. */
export async function* entryContent(run: ByteRun, entry: ZipEntry): AsyncGenerator<Buffer, void, void> {
  const data = run.chunks(entry.compressedSize);
  let size = 0;
  let checksum = 0;
  for await (const chunk of entry.method === 8 ? inflateChunks(data, entry) : data) {
    size += chunk.length;
    checksum = crc32(chunk, checksum);
    yield chunk;
  }
  checkContent(entry, size, checksum);
}

export function checkContent(entry: ZipEntry, size: number, checksum: number): void {
  if (size !== entry.size) throw corrupt(`${shownName(entry.name)} has ${size} bytes where ${entry.size} are declared`);
  if (checksum !== entry.crc32) throw corrupt(`the content of ${shownName(entry.name)} does not match its CRC-32`);
}
