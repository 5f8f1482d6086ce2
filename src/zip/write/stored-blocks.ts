/** What one stored block of deflate can hold (RFC 1951, 3.2.4). */
const MOST_BLOCK_BYTES = 65_535;
const HEADER_BYTES = 5;

/**
 * A raw deflate stream that compresses nothing: 5 bytes more for each 64 KiB. Content whose length is not known yet has
 * to end by itself where a reader takes the ZIP as a stream (Java's ZipInputStream, `jar x`), and method 0 does not.
 */
export async function* storedBlocks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of source) {
    const blocks = Math.ceil(chunk.length / MOST_BLOCK_BYTES);
    const framed = Buffer.allocUnsafeSlow(chunk.length + blocks * HEADER_BYTES);
    let at = 0;
    for (let start = 0; start < chunk.length; start += MOST_BLOCK_BYTES) {
      const length = Math.min(MOST_BLOCK_BYTES, chunk.length - start);
      at = writeHeader(framed, at, length, false);
      at += chunk.copy(framed, at, start, start + length);
    }
    if (framed.length > 0) yield framed;
  }
  const end = Buffer.allocUnsafeSlow(HEADER_BYTES);
  writeHeader(end, 0, 0, true);
  yield end;
}

function writeHeader(bytes: Buffer, at: number, length: number, isFinal: boolean): number {
  bytes.writeUInt8(isFinal ? 1 : 0, at);
  bytes.writeUInt16LE(length, at + 1);
  bytes.writeUInt16LE(length ^ MOST_BLOCK_BYTES, at + 3);
  return at + HEADER_BYTES;
}
