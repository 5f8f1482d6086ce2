import { Failure } from '../../host/errors.ts';
import { number64 } from '../number64.ts';
import {
  END_RECORD,
  END_RECORD_BYTES,
  END64_LOCATOR,
  END64_LOCATOR_BYTES,
  END64_RECORD,
  END64_RECORD_BYTES,
  MAX_16,
  MAX_32,
} from '../signatures.ts';
import type { ReadRange } from './byte-run.ts';
import { corrupt, unsupported } from './corrupt.ts';
import { withKnown } from './known-range.ts';

/** An archive whose end records have been read and agree with each other and with its size. */
export interface ZipFile {
  /** What lies within the last 512 KiB, which were read with the end records, is not read again. */
  readonly read: ReadRange;
  readonly size: number;
  readonly entries: number;
  readonly directoryOffset: number;
  readonly directorySize: number;
  /** The end records. */
  readonly tail: Buffer;
  /** Written by this program: whatever is read from it must be as written to the last bit (exact.ts). */
  readonly isOurs: boolean;
}

/** What an end record and its longest comment take, with the ZIP64 records in front. */
const MOST_END_BYTES = MAX_16 + END_RECORD_BYTES + END64_LOCATOR_BYTES + END64_RECORD_BYTES;
/**
 * Directory, manifest and list of 1,500 files are in it: over 20 MB a second it takes 25 ms, and each of three more
 * requests would take a round trip.
 */
const TAIL_BYTES = 512 * 1024;

/**
 * All of a small archive is asked for in pieces side by side: in a night that brings so little no connection is quick yet,
 * and brings 15 KB in a first round trip, 29 in the next, then 58. A piece takes two of them, with its head and what TLS
 * adds; the whole over one would take six.
 */
const TAIL_PIECE_BYTES = 40 * 1024;

/** What is read of an archive of so many bytes before anything else. */
export function firstRanges(size: number): { readonly offset: number; readonly length: number }[] {
  if (size > TAIL_BYTES) return [{ offset: size - TAIL_BYTES, length: TAIL_BYTES }];
  const ranges = [];
  for (let offset = 0; offset < size; offset += TAIL_PIECE_BYTES)
    ranges.push({ offset, length: Math.min(TAIL_PIECE_BYTES, size - offset) });
  return ranges;
}

type Directory = Pick<ZipFile, 'entries' | 'directoryOffset' | 'directorySize'>;

/**
 * Reads the end of an archive of `size` bytes. Throws `NotAZip` where no end record is, and `CorruptArchive` where the
 * directory does not end exactly there: bytes in front, behind or between would be invisible to some readers and
 * visible to others.
 */
export async function openZip(read: ReadRange, size: number): Promise<ZipFile> {
  const ranges = size < END_RECORD_BYTES ? [] : firstRanges(size);
  const tail = Buffer.concat(await Promise.all(ranges.map(({ offset, length }) => read(offset, length))));
  const tailOffset = size - tail.length;
  const end = findEnd(tail);
  const directory = parseEnd(tail.subarray(end));
  const wide = parseEnd64(tail.subarray(0, end), directory);
  const tailStart = end - (wide ? END64_RECORD_BYTES + END64_LOCATOR_BYTES : 0);
  const behindDirectory = tailOffset + tailStart;
  const { directoryOffset, directorySize, entries } = wide ?? directory;
  if (directoryOffset + directorySize !== behindDirectory) {
    throw corrupt(
      `its directory should end at byte ${directoryOffset + directorySize}, its end record is at ${behindDirectory}`,
    );
  }
  const records = tail.subarray(tailStart);
  const reading = withKnown(read, tailOffset, tail);
  return { read: reading, size, entries, directoryOffset, directorySize, tail: records, isOurs: false };
}

/** The one position where an end record and its comment fill the rest of the file. */
function findEnd(tail: Buffer): number {
  const found: number[] = [];
  for (let at = tail.length - END_RECORD_BYTES; at >= Math.max(0, tail.length - MOST_END_BYTES); at--) {
    const fits =
      tail.readUInt32LE(at) === END_RECORD && at + END_RECORD_BYTES + tail.readUInt16LE(at + 20) === tail.length;
    if (fits) found.push(at);
  }
  const [end, other] = found;
  if (end === undefined) {
    throw new Failure('NotAZip', 'no ZIP end record stands at the end of the file', {
      hint: 'the file is cut off, has something appended, or is no ZIP',
    });
  }
  if (other !== undefined) throw corrupt('it has two end records');
  return end;
}

function parseEnd(end: Buffer): Directory {
  const entries = end.readUInt16LE(10);
  if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(6) !== 0 || end.readUInt16LE(8) !== entries) {
    throw unsupported('it is one part of several');
  }
  return { entries, directorySize: end.readUInt32LE(12), directoryOffset: end.readUInt32LE(16) };
}

/** The ZIP64 records in front of the end record; undefined where none are and none are needed. */
function parseEnd64(before: Buffer, narrow: Directory): Directory | undefined {
  const at = before.length - END64_LOCATOR_BYTES - END64_RECORD_BYTES;
  const locator = before.subarray(-END64_LOCATOR_BYTES);
  if (at < 0 || locator.readUInt32LE(0) !== END64_LOCATOR) {
    if (narrow.entries === MAX_16 || narrow.directorySize === MAX_32 || narrow.directoryOffset === MAX_32) {
      throw corrupt('its end record refers to a ZIP64 record that is not there');
    }
    return undefined;
  }
  const record = before.subarray(at);
  if (record.readUInt32LE(0) !== END64_RECORD || number64(record, 4) !== END64_RECORD_BYTES - 12) {
    throw corrupt('its ZIP64 end record is not where it has to be');
  }
  const onePart = record.readUInt32LE(16) === 0 && record.readUInt32LE(20) === 0;
  if (!onePart || locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) !== 1) {
    throw unsupported('it is one part of several');
  }
  const entries = number64(record, 32);
  const directorySize = number64(record, 40);
  const directoryOffset = number64(record, 48);
  const agree =
    number64(record, 24) === entries &&
    number64(locator, 8) === directoryOffset + directorySize &&
    narrow.entries === Math.min(entries, MAX_16) &&
    narrow.directorySize === Math.min(directorySize, MAX_32) &&
    narrow.directoryOffset === Math.min(directoryOffset, MAX_32);
  if (!agree) throw corrupt('its two end records contradict each other');
  return { entries, directorySize, directoryOffset };
}
