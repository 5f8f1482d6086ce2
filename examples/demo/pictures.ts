import { crc32, deflateSync } from 'node:zlib';
import { noise } from './noise.ts';

/** A grey PNG of noise, which is what a scanner's picture looks like to a compressor. PNG specification, §5 and §9. */
export function png(seed: string, width: number, height: number): Buffer {
  const pixels = noise(seed, width * height);
  const lines = Array.from({ length: height }, (_, y) =>
    Buffer.concat([Buffer.from([0]), pixels.subarray(y * width, (y + 1) * width)]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.concat(lines))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A grey baseline JPEG: every 8 × 8 block has one brightness, and no detail. ITU-T T.81. */
export function jpeg(seed: string, width: number, height: number): Buffer {
  const frame = Buffer.from([8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]);
  // Table K.3 for the brightness; the other has a single code, "nothing more in this block".
  const brightness = Buffer.from([
    0x00, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ]);
  const detail = Buffer.from([0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const levels = noise(seed, Math.ceil(width / 8) * Math.ceil(height / 8));
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    jpegSegment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 8)])),
    jpegSegment(0xc0, frame),
    jpegSegment(0xc4, brightness),
    jpegSegment(0xc4, detail),
    jpegSegment(0xda, Buffer.from([1, 1, 0x00, 0, 63, 0])),
    jpegScan(levels),
    Buffer.from([0xff, 0xd9]),
  ]);
}

function jpegSegment(marker: number, data: Buffer): Buffer {
  const size = data.length + 2;
  return Buffer.concat([Buffer.from([0xff, marker, size >> 8, size & 255]), data]);
}

/** Huffman codes of table K.3 for 0 to 8 bits of difference. */
const SIZE_CODES = ['00', '010', '011', '100', '101', '110', '1110', '11110', '111110'];
const END_OF_BLOCK = '0';

function jpegScan(levels: Buffer): Buffer {
  let bits = '';
  let previous = 0;
  for (const level of levels) {
    const difference = level - 128 - previous;
    const size = Math.abs(difference).toString(2).length * Number(difference !== 0);
    const value = difference < 0 ? difference + 2 ** size - 1 : difference;
    bits += `${SIZE_CODES[size]}${size === 0 ? '' : value.toString(2).padStart(size, '0')}${END_OF_BLOCK}`;
    previous = level - 128;
  }
  bits += '1'.repeat((8 - (bits.length % 8)) % 8);
  const bytes = bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
  // A byte of ones would read as a marker; a zero behind it says that it is none.
  return Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])));
}
