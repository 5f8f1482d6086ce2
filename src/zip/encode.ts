import type { ZipMethod } from './entry.ts';
import {
  CENTRAL_RECORD,
  CENTRAL_RECORD_BYTES,
  DATA_DESCRIPTOR,
  END_RECORD,
  END_RECORD_BYTES,
  END64_LOCATOR,
  END64_LOCATOR_BYTES,
  END64_RECORD,
  END64_RECORD_BYTES,
  EXTRA_TIME,
  EXTRA_ZIP64,
  FLAG_DESCRIPTOR,
  FLAG_UTF8,
  LOCAL_HEADER,
  LOCAL_HEADER_BYTES,
  MAX_16,
  MAX_32,
  VERSION_DEFAULT,
  VERSION_ZIP64,
} from './signatures.ts';
import type { Times } from './timestamp.ts';

export interface Header extends Times {
  /** UTF-8, as it stands in the archive; a folder's ends with `/`. */
  readonly name: Buffer;
  readonly method: ZipMethod;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Size and CRC were unknown when the local header was written, so a data descriptor follows the data. */
  readonly streamed: boolean;
  /** 64 bit sizes in every record of this entry. */
  readonly zip64: boolean;
}

const MADE_BY_UNIX = 3 << 8;
const FILE_MODE = 0o100644;
const FOLDER_MODE = 0o040755;
const MSDOS_FOLDER = 0x10;

export function localHeader(entry: Header): Buffer {
  const { streamed, zip64 } = entry;
  const size = streamed ? 0 : entry.size;
  const compressedSize = streamed ? 0 : entry.compressedSize;
  const extra = extraFields(zip64 ? [size, compressedSize] : [], entry.unixSeconds);
  const head = Buffer.alloc(LOCAL_HEADER_BYTES);
  head.writeUInt32LE(LOCAL_HEADER, 0);
  writeShared(head, 4, entry, zip64 ? VERSION_ZIP64 : VERSION_DEFAULT);
  head.writeUInt32LE(streamed ? 0 : entry.crc32, 14);
  head.writeUInt32LE(zip64 ? MAX_32 : compressedSize, 18);
  head.writeUInt32LE(zip64 ? MAX_32 : size, 22);
  head.writeUInt16LE(entry.name.length, 26);
  head.writeUInt16LE(extra.length, 28);
  return Buffer.concat([head, entry.name, extra]);
}

export function dataDescriptor({ crc32, compressedSize, size, zip64 }: Header): Buffer {
  const bytes = Buffer.alloc(zip64 ? 24 : 16);
  bytes.writeUInt32LE(DATA_DESCRIPTOR, 0);
  bytes.writeUInt32LE(crc32, 4);
  if (zip64) {
    bytes.writeBigUInt64LE(BigInt(compressedSize), 8);
    bytes.writeBigUInt64LE(BigInt(size), 16);
  } else {
    bytes.writeUInt32LE(compressedSize, 8);
    bytes.writeUInt32LE(size, 12);
  }
  return bytes;
}

export function centralRecord(entry: Header, offset: number): Buffer {
  const { zip64, size, compressedSize } = entry;
  const farOffset = offset >= MAX_32;
  const wide = [...(zip64 ? [size, compressedSize] : []), ...(farOffset ? [offset] : [])];
  const extra = extraFields(wide, entry.unixSeconds);
  const isFolder = entry.name.at(-1) === 0x2f;
  const head = Buffer.alloc(CENTRAL_RECORD_BYTES);
  head.writeUInt32LE(CENTRAL_RECORD, 0);
  head.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 4);
  writeShared(head, 6, entry, wide.length > 0 ? VERSION_ZIP64 : VERSION_DEFAULT);
  head.writeUInt32LE(entry.crc32, 16);
  head.writeUInt32LE(zip64 ? MAX_32 : compressedSize, 20);
  head.writeUInt32LE(zip64 ? MAX_32 : size, 24);
  head.writeUInt16LE(entry.name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE((isFolder ? FOLDER_MODE : FILE_MODE) * 0x10000 + (isFolder ? MSDOS_FOLDER : 0), 38);
  head.writeUInt32LE(farOffset ? MAX_32 : offset, 42);
  return Buffer.concat([head, entry.name, extra]);
}

/** The records behind the central directory; ZIP64 ones only where a number does not fit (APPNOTE 4.3.14, 4.4.1.4). */
export function endRecords(entries: number, directoryOffset: number, directorySize: number): Buffer {
  const end = Buffer.alloc(END_RECORD_BYTES);
  end.writeUInt32LE(END_RECORD, 0);
  end.writeUInt16LE(Math.min(entries, MAX_16), 8);
  end.writeUInt16LE(Math.min(entries, MAX_16), 10);
  end.writeUInt32LE(Math.min(directorySize, MAX_32), 12);
  end.writeUInt32LE(Math.min(directoryOffset, MAX_32), 16);
  if (entries < MAX_16 && directoryOffset < MAX_32 && directorySize < MAX_32) return end;

  const end64 = Buffer.alloc(END64_RECORD_BYTES);
  end64.writeUInt32LE(END64_RECORD, 0);
  end64.writeBigUInt64LE(BigInt(END64_RECORD_BYTES - 12), 4);
  end64.writeUInt16LE(MADE_BY_UNIX | VERSION_ZIP64, 12);
  end64.writeUInt16LE(VERSION_ZIP64, 14);
  end64.writeBigUInt64LE(BigInt(entries), 24);
  end64.writeBigUInt64LE(BigInt(entries), 32);
  end64.writeBigUInt64LE(BigInt(directorySize), 40);
  end64.writeBigUInt64LE(BigInt(directoryOffset), 48);
  const locator = Buffer.alloc(END64_LOCATOR_BYTES);
  locator.writeUInt32LE(END64_LOCATOR, 0);
  locator.writeBigUInt64LE(BigInt(directoryOffset + directorySize), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

/** What a local header and a central record have in common: version needed, flags, method, DOS time and date. */
function writeShared(head: Buffer, at: number, entry: Header, version: number): void {
  head.writeUInt16LE(version, at);
  head.writeUInt16LE(FLAG_UTF8 | (entry.streamed ? FLAG_DESCRIPTOR : 0), at + 2);
  head.writeUInt16LE(entry.method, at + 4);
  head.writeUInt32LE(entry.dosTimestamp, at + 6);
}

function extraFields(wide: readonly number[], unixSeconds: number | undefined): Buffer {
  const wideBytes = wide.length > 0 ? 4 + 8 * wide.length : 0;
  const bytes = Buffer.alloc(wideBytes + (unixSeconds === undefined ? 0 : 9));
  if (wideBytes > 0) {
    bytes.writeUInt16LE(EXTRA_ZIP64, 0);
    bytes.writeUInt16LE(8 * wide.length, 2);
    for (const [i, value] of wide.entries()) bytes.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  }
  if (unixSeconds === undefined) return bytes;
  bytes.writeUInt16LE(EXTRA_TIME, wideBytes);
  bytes.writeUInt16LE(5, wideBytes + 2);
  bytes.writeUInt8(1, wideBytes + 4);
  bytes.writeInt32LE(unixSeconds, wideBytes + 5);
  return bytes;
}
