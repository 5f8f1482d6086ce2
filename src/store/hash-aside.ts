import { hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { blockDigests, createHasher, hashBytes } from './content-hash.ts';
import type { Digest, Loaded } from './store.ts';

/** Hashing beside the thread that everything else runs on, of which it would be a third. */
export interface HashingAside {
  /** Both hashes of content held whole in memory of its own, which comes back in another Buffer. */
  whole(bytes: Buffer): Promise<Loaded>;
  /** Of content that comes in pieces of 4 MiB, the last of them less. */
  inPieces(size: number): PieceHasher;
  /** The digests of the blocks of 4 MiB, one after the other, of bytes in shared memory, which stay where they are. Never rejects. */
  blocks(bytes: Buffer): Promise<Buffer>;
}

export interface PieceHasher {
  /** One after the other. The piece comes back in another Buffer; rejects when the thread has ended, and the piece with it. */
  update(piece: Buffer): Promise<Buffer>;
  /** After the last piece. */
  digest(): Digest;
  /** Of a content that came in one piece. */
  readonly crc32: number | undefined;
  /** To be called in the end, whether all pieces came or not. */
  leave(): void;
}

interface Request {
  /** Undefined: of no content, only the digests of the blocks are wanted. */
  readonly content?: number;
  /** Undefined: the content is not hashed to its end. */
  readonly bytes?: Buffer;
  readonly isLast?: boolean;
}

interface Answer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly blocks: Uint8Array;
  readonly sha256: string | undefined;
  /** Of what came in one piece. */
  readonly crc32: number | undefined;
}

interface Thread {
  ask(request: Request & { readonly bytes: Buffer }): Promise<Answer>;
  tell(request: Request): void;
}

/** Below, the way there and back (50 µs here, as much there) costs more than it gains of the 120 µs that hashing takes. */
const WORTH_BYTES = 128 * 1024;
/** It does 1 GB/s. One that is silent for so long will not answer; a process that was frozen loses no more than its pieces. */
const SILENT_MS = 60_000;

/** The thread starts with the first content that is worth it. Once it has ended, whatever comes is hashed here. */
export function hashingAside(
  program: URL = new URL('hash-thread.mjs', import.meta.url),
  silentMs: number = SILENT_MS,
): HashingAside {
  let thread: Thread | undefined;
  let hasEnded = false;
  let contents = 0;

  const threadFor = (size: number): Thread | undefined => {
    if (size < WORTH_BYTES || hasEnded) return undefined;
    try {
      thread ??= startThread(program, silentMs, () => {
        hasEnded = true;
      });
    } catch {
      // The system has no thread left for us (a limit of pids).
      hasEnded = true;
    }
    return thread;
  };
  const inPieces: HashingAside['inPieces'] = (size) => {
    const aside = threadFor(size);
    contents += 1;
    return aside ? pieceHasher(aside, contents, size) : hereInPieces();
  };
  return {
    inPieces,
    async whole(bytes) {
      if (!threadFor(bytes.length)) return { bytes, digest: hashBytes(bytes) };
      const hasher = inPieces(bytes.length);
      const back = await hasher.update(bytes);
      return { bytes: back, digest: hasher.digest(), crc32: hasher.crc32 };
    },
    async blocks(bytes) {
      const answer = await threadFor(bytes.length)
        ?.ask({ bytes })
        .catch(() => undefined);
      return answer ? Buffer.from(answer.blocks) : blockDigests(bytes);
    },
  };
}

function hereInPieces(): PieceHasher {
  const hasher = createHasher();
  return {
    crc32: undefined,
    async update(piece) {
      hasher.update(piece);
      return piece;
    },
    digest: () => hasher.digest(),
    leave: () => undefined,
  };
}

function pieceHasher(thread: Thread, content: number, size: number): PieceHasher {
  const blocks: Uint8Array[] = [];
  let at = 0;
  let last: Answer | undefined;
  return {
    get crc32() {
      return last?.crc32;
    },
    async update(piece) {
      at += piece.length;
      const answer = await thread.ask({ content, bytes: piece, isLast: at === size });
      blocks.push(answer.blocks);
      if (at === size) last = answer;
      return Buffer.from(answer.bytes.buffer);
    },
    digest() {
      if (last?.sha256 === undefined) throw new Error('the content has not been hashed to its end');
      return { size, sha256: last.sha256, contentHash: hash('sha256', Buffer.concat(blocks)) };
    },
    leave() {
      if (at > 0 && !last) thread.tell({ content });
    },
  };
}

function startThread(program: URL, silentMs: number, onEnd: () => void): Thread {
  // Nothing of ours goes with it: preloads, secrets in the environment, room for a heap that it has no use for.
  const worker = new Worker(program, {
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let asked = 0;
  let ended: Error | undefined;
  let silence: NodeJS.Timeout | undefined;

  const end = (cause?: unknown): void => {
    ended ??= new Error('the thread that hashes contents has ended', { cause });
    onEnd();
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
    clearTimeout(silence);
  };
  const listen = (): void => {
    clearTimeout(silence);
    silence = undefined;
    if (waiting.size === 0) return;
    silence = setTimeout(() => {
      end(new Error(`it was silent for ${silentMs} ms`));
      void worker.terminate();
    }, silentMs);
  };
  worker.on('error', end);
  worker.on('messageerror', end);
  worker.on('exit', () => end());
  worker.on('message', ({ id, ...answer }: Answer & { readonly id: number }) => {
    waiting.get(id)?.resolve(answer);
    waiting.delete(id);
    listen();
    // An idle thread must not keep the process; one that is at work must.
    if (waiting.size === 0) worker.unref();
  });
  worker.unref();

  return {
    async ask(request) {
      if (ended) throw ended;
      const answer = Promise.withResolvers<Answer>();
      asked += 1;
      waiting.set(asked, answer);
      if (!silence) listen();
      worker.ref();
      const { buffer } = request.bytes;
      worker.postMessage({ id: asked, ...request }, buffer instanceof ArrayBuffer ? [buffer] : []);
      return answer.promise;
    },
    tell: (request) => worker.postMessage(request),
  };
}
