import { sideBySide } from '../../host/parallel.ts';
import { RangeRefused, type Reading, startTransfer } from './transfer.ts';

/**
 * Of all that is on its way, what comes over one connection gets one share, whatever its size, and all behind it waits:
 * 8 MiB beside 31 others take as long as 256 MiB of the line.
 */
export const RANGE_BYTES = 1024 * 1024;

/** All of a file, not checked yet: in ranges side by side where they are served, else over one connection. */
export async function fillWhole(reading: Reading): Promise<Buffer> {
  const { size } = reading.file;
  const content = Buffer.allocUnsafeSlow(size);
  if (size > RANGE_BYTES) {
    try {
      await fillInRanges(reading, 0, content);
      return content;
    } catch (error) {
      if (!(error instanceof RangeRefused)) throw error;
    }
  }
  const transfer = startTransfer(reading, { from: 0 });
  try {
    await transfer.fill(content);
    return content;
  } finally {
    transfer.close();
  }
}

/** The bytes from `from` on, all that the target has room for, side by side. Throws RangeRefused where ranges are not served. */
export async function fillInRanges(
  reading: Reading,
  from: number,
  target: Buffer,
  rangeBytes: number = RANGE_BYTES,
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(target.length / rangeBytes) }, (_, n) => n * rangeBytes);
  const fill = (start: number) => (signal: AbortSignal) =>
    fillRange({ ...reading, signal }, from + start, target.subarray(start, start + rangeBytes));
  await sideBySide(reading.signal, ...starts.map(fill));
}

async function fillRange(reading: Reading, from: number, target: Buffer): Promise<void> {
  const transfer = startTransfer(reading, { from, to: from + target.length });
  try {
    await transfer.fill(target);
  } finally {
    transfer.close();
  }
}
