import { crc32 as checksum } from 'node:zlib';
import { Failure } from '../../host/errors.ts';
import { giveBack } from '../../host/memory.ts';
import { openSpool } from '../../host/spool.ts';
import { centralRecord, dataDescriptor, endRecords, type Header, localHeader } from '../encode.ts';
import type { Gap, ZipMethod, ZipPlace } from '../entry.ts';
import { MAX_16, MAX_32 } from '../signatures.ts';
import { timesOf } from '../timestamp.ts';
import { combineCrc32 } from './crc-combine.ts';

/**
 * Takes the archive's bytes in order; a promise means: wait before the next one. It never changes the chunk, and may keep
 * it; one that does not calls `release` when it has passed it on.
 */
export type Sink = (chunk: Buffer, release?: () => void) => Promise<void> | undefined;

/** Where an entry lies, and how large its data became. */
export interface Placed extends ZipPlace {
  readonly compressedSize: number;
}

export interface WholeEntry {
  readonly name: string;
  readonly modified: Date;
  readonly method: ZipMethod;
  readonly crc32: number;
  readonly size: number;
  /** The data in its final form; the archive's from now on. */
  readonly body: Buffer;
}

/** The data of a streamed entry end by themselves, as only deflate's do. */
export const STREAMED_METHOD: ZipMethod = 8;

/** An entry of which neither the data nor their CRC are known yet. */
export interface OpenEntry {
  readonly name: string;
  readonly modified: Date;
  readonly expectedSize: number;
}

export interface EntryStream {
  /** A piece of its deflate stream; the archive's from now on. */
  write(chunk: Buffer): Promise<void> | undefined;
  /** Completes the entry with the size and CRC of what went in before compression. */
  end(crc32: number, size: number): Promise<Placed>;
  /** Gives the entry up: its bytes stay as a gap that readers pass over, because no central record leads there. */
  abandon(): void;
}

export interface ZipArchive {
  /** Bytes given to the sink so far. */
  readonly bytes: number;
  /** CRC-32 of those bytes: 0.3 s per GB that was not summed anyway, and it covers what no entry's own does (headers, gaps, deflate's padding). */
  readonly crc32: number;
  readonly entries: number;
  readonly gaps: readonly Gap[];
  add(entry: WholeEntry): Promise<Placed>;
  /** One at a time, ended or abandoned before anything else is added. */
  begin(entry: OpenEntry): Promise<EntryStream>;
  /** Writes the central directory. Nothing may be added afterwards. */
  finish(): Promise<{ readonly bytes: number; readonly entries: number }>;
  /** Lets go of the spool file, finished or not. */
  close(): Promise<void>;
}

/**
 * An entry expected to be this large gets 64 bit sizes from the start: deflate adds up to 0.03 % to data that does not
 * shrink (5 bytes per 16 KiB), and a local header that has been sent can't be widened.
 */
const WIDE_FROM = MAX_32 - 4 * 1024 * 1024;
/** Headers travel together with bodies up to this size, so that a sink sees one chunk per small file, not two. */
const JOIN_BYTES = 64 * 1024;

/** A ZIP that is written front to back into a sink and never read again; its directory waits in the file `spoolPath`. */
export async function createArchive(sink: Sink, spoolPath: string): Promise<ZipArchive> {
  const spool = await openSpool(spoolPath);
  const gaps: Gap[] = [];
  let bytes = 0;
  let sum = 0;
  let entries = 0;

  /** `knownCrc32` is that of the chunk, where somebody has summed it already. */
  const write = (chunk: Buffer, knownCrc32?: number, release?: () => void): Promise<void> | undefined => {
    bytes += chunk.length;
    sum = knownCrc32 === undefined ? checksum(chunk, sum) : combineCrc32(sum, knownCrc32, chunk.length);
    return sink(chunk, release);
  };
  /** To be called when the last byte of the entry has been given to the sink. */
  const record = async (header: Header, offset: number): Promise<Placed> => {
    const central = centralRecord(header, offset);
    const directory = { directoryOffset: spool.bytes, directoryBytes: central.length };
    const placed = { offset, bytes: bytes - offset, ...directory, compressedSize: header.compressedSize };
    entries += 1;
    await spool.append(central);
    return placed;
  };

  return {
    get bytes() {
      return bytes;
    },
    get crc32() {
      return sum;
    },
    get entries() {
      return entries;
    },
    gaps,

    async add({ name, modified, method, crc32, size, body }) {
      const offset = bytes;
      const compressedSize = body.length;
      const zip64 = size >= MAX_32 || compressedSize >= MAX_32;
      const encoded = encodeName(name);
      const header = {
        name: encoded,
        ...timesOf(modified),
        method,
        crc32,
        size,
        compressedSize,
        streamed: false,
        zip64,
      };
      const local = localHeader(header);
      if (body.length <= JOIN_BYTES) {
        const joined = Buffer.concat([local, body]);
        // Deflated, it may be little of a large buffer.
        giveBack(body);
        await write(joined);
      } else {
        await write(local);
        await write(body, method === 0 ? crc32 : undefined, () => giveBack(body));
      }
      return record(header, offset);
    },

    async begin({ name, modified, expectedSize }) {
      const offset = bytes;
      const zip64 = expectedSize >= WIDE_FROM;
      const open = { name: encodeName(name), ...timesOf(modified), method: STREAMED_METHOD, streamed: true, zip64 };
      await write(localHeader({ ...open, crc32: 0, size: 0, compressedSize: 0 }));
      const start = bytes;
      return {
        write: (chunk) => write(chunk, undefined, () => giveBack(chunk)),
        async end(crc32, size) {
          const compressedSize = bytes - start;
          const header = { ...open, crc32, size, compressedSize };
          if (!zip64 && Math.max(size, compressedSize) >= MAX_32) {
            throw new Error(`an entry announced with ${expectedSize} bytes grew beyond 4 GiB`);
          }
          await write(dataDescriptor(header));
          return record(header, offset);
        },
        abandon() {
          gaps.push({ offset, length: bytes - offset });
        },
      };
    },

    async finish() {
      const directoryOffset = bytes;
      for await (const chunk of spool.read()) await write(chunk, undefined, () => giveBack(chunk));
      await write(endRecords(entries, directoryOffset, bytes - directoryOffset));
      return { bytes, entries };
    },
    close: () => spool.close(),
  };
}

/** Whether a ZIP can hold an entry of this name. */
export function fitsName(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_16;
}

function encodeName(name: string): Buffer {
  const encoded = Buffer.from(name);
  if (encoded.length > MAX_16) {
    throw new Failure('NameTooLong', `a name of ${encoded.length} bytes does not fit into a ZIP`, {
      hint: 'shorten the path; a ZIP holds names of up to 65,535 bytes',
    });
  }
  return encoded;
}
