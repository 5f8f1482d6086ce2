import { createCipheriv, createHash, hash, randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { BLOCK_BYTES, blockHasher, contentHash, hashOfBlocks } from './block-hasher.ts';

/** The bytes of one revision, wherever they lie. `end` of `read` is exclusive; a piece is good until the next is asked for. */
export interface Content {
  readonly size: number;
  hash(): string;
  read(start: number, end: number): AsyncIterable<Buffer>;
}

export function memoryContent(bytes: Buffer): Content {
  let known: string | undefined;
  return {
    size: bytes.length,
    hash() {
      known ??= contentHash(bytes);
      return known;
    },
    async *read(start, end) {
      if (end > start) yield bytes.subarray(start, end);
    },
  };
}

/**
 * Blocks repeat after 17, so that the hash of any number of gigabytes costs 68 MiB of work; a prime, so that no usual
 * part size is a multiple of the period and two swapped parts still differ.
 */
const PERIOD_BLOCKS = 17;
const PIECE_BYTES = 64 * 1024;
const ZEROS = Buffer.alloc(PIECE_BYTES);

/** Pseudo-random bytes that need no storage: the AES-CTR key stream of the seed. */
export function generatedContent(size: number, seed: number): Content {
  return new GeneratedContent(size, seed);
}

/** A class, as a million of them share their methods; only the hash of a large one is worth its memory. */
class GeneratedContent implements Content {
  readonly size: number;
  readonly #seed: number;
  #hash: string | undefined;

  constructor(size: number, seed: number) {
    this.size = size;
    this.#seed = seed;
  }

  hash(): string {
    const isSmall = this.size > 0 && this.size <= PIECE_BYTES;
    if (isSmall) return hash('sha256', hash('sha256', piece(this.#seed, 0, this.size), 'buffer'));
    this.#hash ??= generatedHash(this.size, this.#seed);
    return this.#hash;
  }

  async *read(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const inPiece = at % PIECE_BYTES;
      const upTo = Math.min(PIECE_BYTES, inPiece + end - at);
      yield piece(this.#seed, at - inPiece, upTo).subarray(inPiece);
      at += upTo - inPiece;
    }
  }
}

function piece(seed: number, offset: number, length: number): Buffer {
  const key = Buffer.alloc(16);
  key.writeDoubleBE(seed);
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt((offset % (PERIOD_BLOCKS * BLOCK_BYTES)) / 16), 8);
  return createCipheriv('aes-128-ctr', key, counter).update(ZEROS.subarray(0, length));
}

function generatedHash(size: number, seed: number): string {
  const cycle: Buffer[] = [];
  const digests: Buffer[] = [];
  const whole = Math.floor(size / BLOCK_BYTES);
  for (let block = 0; block < whole; block++) {
    const index = block % PERIOD_BLOCKS;
    cycle[index] ??= generatedBlockDigest(seed, index * BLOCK_BYTES, BLOCK_BYTES);
    digests.push(cycle[index]);
  }
  const rest = size % BLOCK_BYTES;
  if (rest > 0) digests.push(generatedBlockDigest(seed, whole * BLOCK_BYTES, rest));
  return hashOfBlocks(digests);
}

function generatedBlockDigest(seed: number, offset: number, length: number): Buffer {
  const digest = createHash('sha256');
  for (let done = 0; done < length; done += PIECE_BYTES) {
    digest.update(piece(seed, offset + done, Math.min(PIECE_BYTES, length - done)));
  }
  return digest.digest();
}

/** Where uploads lie: growing files of open sessions, and finished ones by their content_hash, each content once. */
export interface ContentStore {
  newFile(): string;
  adopt(file: string, size: number, hash: string): Promise<Content>;
}

export async function openContentStore(dataDir: string): Promise<ContentStore> {
  const parts = path.join(dataDir, 'parts');
  const whole = path.join(dataDir, 'content');
  await Promise.all([parts, whole].map((folder) => mkdir(folder, { recursive: true })));
  return {
    newFile: () => path.join(parts, randomUUID()),
    async adopt(file, size, digest) {
      const target = path.join(whole, digest);
      if (existsSync(target)) await rm(file);
      else await rename(file, target);
      return diskContent(target, size, digest);
    },
  };
}

/** To open, read and close a file costs more than to send so much. */
const KEPT_BYTES = 64 * 1024;

/** A file that somebody else keeps, as it is now; a small one is read once and for all. */
export function fileContent(file: string): Content {
  const { size } = statSync(file);
  if (size <= KEPT_BYTES) return memoryContent(readFileSync(file));
  const hasher = blockHasher();
  for (const piece of piecesOf(file, 0, size)) hasher.update(piece);
  return diskContent(file, size, hasher.hex());
}

/** More than a socket takes before it asks to wait, so that a piece has left before the next one is asked for. */
const DISK_PIECE_BYTES = 256 * 1024;

function diskContent(file: string, size: number, digest: string): Content {
  return {
    size,
    hash: () => digest,
    async *read(start, end) {
      yield* piecesOf(file, start, end);
    },
  };
}

/** Synchronous: from the page cache a piece takes less than a thread of the pool takes to be asked. */
function* piecesOf(file: string, start: number, end: number): Generator<Buffer> {
  const descriptor = openSync(file, 'r');
  // One for all pieces: fresh memory for each is half of what reading costs.
  const bytes = Buffer.allocUnsafeSlow(Math.min(DISK_PIECE_BYTES, Math.max(0, end - start)));
  try {
    for (let at = start; at < end; ) {
      const read = readSync(descriptor, bytes, 0, Math.min(bytes.length, end - at), at);
      if (read === 0) throw new Error(`${file} ends before ${end}`);
      at += read;
      yield bytes.subarray(0, read);
    }
  } finally {
    closeSync(descriptor);
  }
}
