import { constants, deflateRawSync, type ZlibOptions } from 'node:zlib';
import { entropyOf, sampleOf } from './compressible.ts';

/**
 * zlib's default is 6. CPU of the archive of a GB, 30 % of it text, mail and the like, and its size: level 6 7.7 s, 857.3 MB;
 * 5 6.3 s, 857.8; 4 4.8 s, 859.6; 3 4.8 s, 862.2; 1 4.4 s, 864.9. Of text alone 4 makes 4.3 % more than 5, for a quarter
 * less CPU; mail whose bulk is base64 comes to the same at every level.
 */
export const DEFLATE_LEVEL = 4;
/** The most: blocks of twice the default's length, 5 to 15 % faster and a little smaller, for 128 KiB more. */
const MEMORY_LEVEL = 9;
/** Below, the trial costs as much as it saves. */
const TRIAL_FROM_BYTES = 128 * 1024;
/** Bits per byte: text of any kind stays below it and is not tried, base64 has 6. */
const TRIAL_FROM_ENTROPY = 5.7;
/** What strings must save beside the code for single bytes to be worth looking for. */
const WORTHWHILE = 0.97;

/**
 * Deflate spends its time on strings that come again. Base64 of what is compressed already (most of a mailbox) has none
 * and shrinks by its alphabet alone: coding single bytes gives the same size at 200 MB/s instead of 55.
 */
export function deflateOptions(content: Buffer): ZlibOptions {
  const options = { level: DEFLATE_LEVEL, memLevel: MEMORY_LEVEL };
  return hasStrings(content) ? options : { ...options, strategy: constants.Z_HUFFMAN_ONLY };
}

/** From two stretches in the middle, as a mail begins and ends with text: 0.06 ms, and 0.5 ms where it has to try. */
function hasStrings(content: Buffer): boolean {
  if (content.length < TRIAL_FROM_BYTES) return true;
  const sample = sampleOf(content).slice(1, -1);
  const entropy = entropyOf(sample);
  if (entropy < TRIAL_FROM_ENTROPY) return true;
  const bytes = Buffer.concat(sample);
  const deflated = deflateRawSync(bytes, { level: constants.Z_BEST_SPEED, chunkSize: 2 * bytes.length });
  return deflated.length < (WORTHWHILE * bytes.length * entropy) / 8;
}
