import { availableParallelism } from 'node:os';
import { crc32 } from 'node:zlib';
import pLimit from 'p-limit';
import type { Gap } from '../entry.ts';
import { byteRun, MANY } from './byte-run.ts';
import type { ZipEntry } from './decode.ts';
import { readDirectory } from './directory.ts';
import { checkContent, entryContent, takeDescriptor, takeLocalHeader } from './entry-data.ts';
import { inflateWhole } from './inflate.ts';
import type { ZipFile } from './open-zip.ts';
import { type Preceding, summedRanges } from './preceding.ts';
import { skipGaps } from './skip-gaps.ts';

export interface Hasher<D> {
  update(chunk: Buffer): unknown;
  digest(): D;
}

export interface CheckOptions<D> {
  /** Stretches that belong to no entry, as the writer reported them. */
  readonly gaps: readonly Gap[];
  /** What the writer summed; nothing of the kind is checked without it. */
  readonly preceding?: Preceding;
  readonly hasher: (entry: ZipEntry) => Hasher<D>;
  readonly signal: AbortSignal;
  /** Most bytes held by entries that are being inflated; 48 MiB unless given. */
  readonly budgetBytes?: number;
  readonly cores?: number;
}

export interface Checked<D> {
  readonly entry: ZipEntry;
  readonly digest: D;
}

const SMALL_BYTES = 8 * 1024 * 1024;

/**
 * Reads a whole archive front to back and checks every entry against its headers, size and CRC; yields each with the
 * digest of its content, in the order of the archive. Throws CorruptArchive at the first contradiction, and for bytes
 * that belong neither to an entry nor to a declared gap. Small entries are inflated side by side.
 */
export async function* checkArchive<D>(zip: ZipFile, options: CheckOptions<D>): AsyncGenerator<Checked<D>, void, void> {
  const { hasher, signal, gaps, budgetBytes = 48 * 1024 * 1024, cores = availableParallelism() } = options;
  const limit = pLimit(cores + 1);
  const summed = options.preceding && summedRanges(zip.read, options.preceding);
  const run = byteRun(summed?.read ?? zip.read, 0, zip.directoryOffset, MANY);
  const queue: { readonly held: number; readonly work: Promise<Checked<D>> }[] = [];
  let held = 0;

  const finishUntil = async function* (mostHeld: number): AsyncGenerator<Checked<D>, void, void> {
    for (let first = queue[0]; first && held > mostHeld; first = queue[0]) {
      yield await first.work;
      queue.shift();
      held -= first.held;
    }
  };
  const checkWhole = async (entry: ZipEntry, data: Buffer): Promise<Checked<D>> => {
    const content = entry.method === 8 ? await limit(() => inflateWhole(data, entry)) : data;
    checkContent(entry, content.length, crc32(content));
    return { entry, digest: digestOf(hasher(entry), content) };
  };

  try {
    for await (const entry of readDirectory(zip)) {
      signal.throwIfAborted();
      await skipGaps(run, entry.offset, gaps);
      const { zip64 } = await takeLocalHeader(run, entry, zip);
      if (entry.size <= SMALL_BYTES && entry.compressedSize <= SMALL_BYTES) {
        const bytes = ENTRY_BYTES + entry.size + entry.compressedSize;
        yield* finishUntil(Math.max(0, budgetBytes - bytes));
        const work = checkWhole(entry, await run.take(entry.compressedSize));
        work.catch(() => undefined);
        queue.push({ held: bytes, work });
        held += bytes;
      } else {
        yield* finishUntil(0);
        const hash = hasher(entry);
        for await (const chunk of entryContent(run, entry)) {
          signal.throwIfAborted();
          hash.update(chunk);
        }
        yield { entry, digest: hash.digest() };
      }
      await takeDescriptor(run, entry, zip64);
    }
    yield* finishUntil(0);
    await skipGaps(run, zip.directoryOffset, gaps);
    summed?.check();
  } finally {
    await Promise.allSettled(queue.map(({ work }) => work));
  }
}

/** What an entry holds beside its content. */
const ENTRY_BYTES = 16 * 1024;

function digestOf<D>(hash: Hasher<D>, content: Buffer): D {
  hash.update(content);
  return hash.digest();
}
