/** Bytes in memory of which long zeros take no room, so that there may be more than 4 GiB of them. */
export interface SparseBytes {
  readonly length: number;
  append(chunk: Buffer): void;
  read(offset: number, length: number): Buffer;
  /** Inverts bits of one byte. */
  flip(offset: number, bits: number): void;
}

const ZEROS = Buffer.alloc(1024 * 1024);

export function sparseBytes(): SparseBytes {
  const chunks: { readonly offset: number; readonly chunk: Buffer }[] = [];
  let length = 0;
  /** The last chunk that begins at or before `offset`. */
  const indexAt = (offset: number): number => {
    let [low, high] = [0, chunks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((chunks[middle]?.offset ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  };

  return {
    get length() {
      return length;
    },
    append(chunk) {
      const isHole = chunk.length === ZEROS.length && chunk.equals(ZEROS);
      if (!isHole && chunk.length > 0) chunks.push({ offset: length, chunk: Buffer.from(chunk) });
      length += chunk.length;
    },
    read(offset, wanted) {
      if (offset < 0 || offset + wanted > length)
        throw new Error(`${offset} + ${wanted} is not within ${length} bytes`);
      const bytes = Buffer.alloc(wanted);
      for (let i = indexAt(offset); i < chunks.length; i++) {
        const { offset: start = length, chunk = ZEROS } = chunks[i] ?? {};
        if (start >= offset + wanted) break;
        if (start + chunk.length > offset) chunk.copy(bytes, Math.max(0, start - offset), Math.max(0, offset - start));
      }
      return bytes;
    },
    flip(offset, bits) {
      const { offset: start, chunk } = chunks[indexAt(offset)] ?? { offset: 0, chunk: ZEROS };
      chunk.writeUInt8(chunk.readUInt8(offset - start) ^ bits, offset - start);
    },
  };
}
