import type { ZipMethod } from '../entry.ts';
import { number64 } from '../number64.ts';
import { EXTRA_TIME, EXTRA_ZIP64, FLAG_DESCRIPTOR, FLAG_UTF8, MAX_32 } from '../signatures.ts';
import { timesAgree } from '../timestamp.ts';
import { corrupt, shownName, unsupported } from './corrupt.ts';

/** An entry as the central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** Of the UT field, which is not there where it can't hold the time. */
  readonly unixSeconds: number | undefined;
  readonly method: ZipMethod;
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  /** Byte position of the local header. */
  readonly offset: number;
  /** A data descriptor follows the data. */
  readonly streamed: boolean;
  /** DOS date and time as they stand there; only compared. */
  readonly dosTimestamp: number;
  /** Both sizes stand in the ZIP64 field. */
  readonly zip64: boolean;
  /** Bytes of this record in the central directory. */
  readonly recordBytes: number;
}

interface Extra {
  readonly wide: Buffer | undefined;
  readonly unixSeconds: number | undefined;
}

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `fixed` are the 46 bytes of a central record, `variable` its name, extra fields and comment. */
export function decodeCentralRecord(fixed: Buffer, variable: Buffer): ZipEntry {
  const nameLength = fixed.readUInt16LE(28);
  const extraLength = fixed.readUInt16LE(30);
  const name = decodeName(variable.subarray(0, nameLength));
  if (variable.length > nameLength + extraLength) throw unsupported(`${shownName(name)} has a comment`);
  if (fixed.readUInt16LE(34) !== 0) throw unsupported(`${shownName(name)} is in another part`);
  const { method, streamed, dosTimestamp } = decodeShared(fixed, 6, name);
  const { wide, unixSeconds } = decodeExtra(variable.subarray(nameLength), name);
  if (unixSeconds === undefined && !timesAgree({ dosTimestamp, unixSeconds }))
    throw unsupported(`${shownName(name)} has no UT field`);

  let used = 0;
  const widen = (narrow: number): number => {
    if (narrow !== MAX_32) return narrow;
    used += 8;
    if (!wide || wide.length < used) throw corrupt(`${shownName(name)} lacks a 64 bit number`);
    return number64(wide, used - 8);
  };
  const size = widen(fixed.readUInt32LE(24));
  const compressedSize = widen(fixed.readUInt32LE(20));
  const zip64 = used === 16;
  const offset = widen(fixed.readUInt32LE(42));
  if ((wide?.length ?? 0) !== used) throw corrupt(`${shownName(name)} has 64 bit numbers that nothing refers to`);
  if (method === 0 && size !== compressedSize)
    throw corrupt(`${shownName(name)} is stored, but with another size than its own`);
  const crc32 = fixed.readUInt32LE(16);
  const recordBytes = fixed.length + variable.length;
  return { name, unixSeconds, method, size, compressedSize, crc32, offset, streamed, dosTimestamp, zip64, recordBytes };
}

/**
 * Compares a local header (`fixed` are its 30 bytes, `variable` its name and extra fields) with the central record.
 * Readers differ in which of the two they trust, so both must say the same. Returns whether sizes are 64 bit here.
 */
export function compareLocalHeader(fixed: Buffer, variable: Buffer, entry: ZipEntry): { readonly zip64: boolean } {
  const { name } = entry;
  const nameLength = fixed.readUInt16LE(26);
  if (!variable.subarray(0, nameLength).equals(Buffer.from(name))) {
    throw corrupt(`the header at byte ${entry.offset} has another name than ${shownName(name)}`);
  }
  const { method, streamed, dosTimestamp } = decodeShared(fixed, 4, name);
  const { wide, unixSeconds } = decodeExtra(variable.subarray(nameLength), name);
  const narrow = { compressedSize: fixed.readUInt32LE(18), size: fixed.readUInt32LE(22) };
  if (wide && (wide.length !== 16 || narrow.size !== MAX_32 || narrow.compressedSize !== MAX_32)) {
    throw corrupt(`${shownName(name)} has a local header with contradicting sizes`);
  }
  const local = wide ? { size: number64(wide, 0), compressedSize: number64(wide, 8) } : narrow;
  const same =
    method === entry.method &&
    streamed === entry.streamed &&
    dosTimestamp === entry.dosTimestamp &&
    unixSeconds === entry.unixSeconds &&
    fixed.readUInt32LE(14) === (streamed ? 0 : entry.crc32) &&
    local.size === (streamed ? 0 : entry.size) &&
    local.compressedSize === (streamed ? 0 : entry.compressedSize);
  if (!same) throw corrupt(`${shownName(name)} is described differently by its local header and by the directory`);
  return { zip64: wide !== undefined };
}

function decodeName(bytes: Buffer): string {
  let name: string;
  try {
    name = textDecoder.decode(bytes);
  } catch (error) {
    throw corrupt('a name is not UTF-8', { cause: error });
  }
  const parts = name.split('/');
  if (parts.at(-1) === '') parts.pop();
  const unsafe = parts.length === 0 || parts.some((part) => part === '' || part === '.' || part === '..');
  if (unsafe || /[\\\0]/.test(name)) throw corrupt(`the name ${JSON.stringify(name)} leads out of the archive`);
  return name;
}

function decodeShared(fixed: Buffer, at: number, name: string) {
  const flags = fixed.readUInt16LE(at + 2);
  if ((flags & 1) !== 0) throw unsupported(`${shownName(name)} is encrypted`);
  if ((flags & ~FLAG_DESCRIPTOR) !== FLAG_UTF8)
    throw unsupported(`${shownName(name)} has the flags 0x${flags.toString(16)}`);
  const method = fixed.readUInt16LE(at + 4);
  if (method !== 0 && method !== 8) throw unsupported(`${shownName(name)} is compressed with method ${method}`);
  return { method, streamed: (flags & FLAG_DESCRIPTOR) !== 0, dosTimestamp: fixed.readUInt32LE(at + 6) } as const;
}

function decodeExtra(bytes: Buffer, name: string): Extra {
  let wide: Buffer | undefined;
  let unixSeconds: number | undefined;
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) throw corrupt(`${shownName(name)} has an extra field that is cut off`);
    const id = bytes.readUInt16LE(at);
    const end = at + 4 + bytes.readUInt16LE(at + 2);
    const field = bytes.subarray(at + 4, end);
    if (end > bytes.length) throw corrupt(`${shownName(name)} has an extra field that is cut off`);
    if (id === EXTRA_ZIP64 && !wide) wide = field;
    else if (id === EXTRA_TIME && unixSeconds === undefined && field.length === 5 && field[0] === 1) {
      unixSeconds = field.readInt32LE(1);
    } else throw unsupported(`${shownName(name)} has the extra field 0x${id.toString(16)}`);
    at = end;
  }
  return { wide, unixSeconds };
}
