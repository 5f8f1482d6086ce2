import { availableParallelism } from 'node:os';
import { untilAborted } from '../../host/until-aborted.ts';
import type { Compression, ZipInput, ZipWritten } from '../entry.ts';
import type { ZipArchive } from './archive.ts';
import type { BegunStream } from './begun-stream.ts';
import { SourceError } from './checked-source.ts';
import { wholeCompressor } from './compress-whole.ts';
import { type Prepared, type ReadAhead, readAhead, type Slot } from './read-ahead.ts';
import { type StreamOptions, streamEntry } from './stream-entry.ts';

export interface WriteOptions<D> {
  readonly compression: Compression;
  /** Most inputs that are loaded at once. */
  readonly maxConcurrentLoads: number;
  readonly signal: AbortSignal;
  /**
   * An input can't be had: its load failed (nothing of it has been written), its stream broke (what was written of it
   * is a gap now), or its size is not the promised one. Asked in the order of the inputs, between two yields; `attempt`
   * counts from 1. Throwing ends the archive.
   */
  onFailure(input: ZipInput<D>, error: unknown, attempt: number): FailureDecision | Promise<FailureDecision>;
  /** Most bytes held for entries that are not written yet; 32 MiB unless given. */
  readonly budgetBytes?: number;
  /** Inputs up to this size are loaded whole, larger ones streamed; 8 MiB unless given. */
  readonly smallBytes?: number;
  /** The largest chunk that a stream gives: 4 MiB (ZipInput) unless given. */
  readonly pieceBytes?: number;
  readonly cores?: number;
}

export type FailureDecision = 'retry' | 'skip';

const MIB = 1024 * 1024;
/** libuv's threads (UV_THREADPOOL_SIZE unless set): more than these can't deflate at once, however many cores there are. */
const POOL_THREADS = 4;

/**
 * Writes the inputs into the archive, in order, and yields each when it is written. Inputs are pulled only as far ahead
 * as the budget allows, so there may be a million. Whatever fails ends it with that one error: the inputs, a sink, a
 * decision, the signal. By then all sources are closed, and so they are when the loop is left early.
 */
export async function* writeEntries<D>(
  archive: ZipArchive,
  inputs: AsyncIterable<ZipInput<D>> | Iterable<ZipInput<D>>,
  options: WriteOptions<D>,
): AsyncGenerator<ZipWritten<D>, void, void> {
  const { compression, maxConcurrentLoads, cores = availableParallelism() } = options;
  const { budgetBytes = 32 * MIB, smallBytes = 8 * MIB, pieceBytes = 4 * MIB } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  signal.throwIfAborted();
  const parallel = Math.min(cores, POOL_THREADS) + 1;
  const compress = wholeCompressor(compression, parallel);
  const ahead = readAhead(inputs, { compress, maxConcurrentLoads, budgetBytes, smallBytes, pieceBytes }, signal);
  const stream = { compression, parallelBlocks: parallel, pieceBytes, signal, hold: ahead.hold };
  try {
    for (let slot = await ahead.next(); slot; slot = await ahead.next()) {
      const written = await writeSlot(slot, { archive, ahead, onFailure: options.onFailure, stream });
      ahead.release(slot);
      if (written) yield written;
      signal.throwIfAborted();
    }
  } finally {
    stop.abort();
    await ahead.stopped();
  }
}

type Outcome<D> = { readonly written: ZipWritten<D> } | { readonly error: unknown };

interface SlotContext<D> extends Pick<WriteOptions<D>, 'onFailure'> {
  readonly archive: ZipArchive;
  readonly ahead: ReadAhead<D>;
  readonly stream: StreamOptions;
}

/** Resolves to undefined for an input that the caller decided to skip. */
async function writeSlot<D>(slot: Slot<D>, context: SlotContext<D>): Promise<ZipWritten<D> | undefined> {
  const { ahead, onFailure, stream } = context;
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1) ahead.again(slot);
    const outcome = await writeOnce(slot, context);
    if ('written' in outcome) return outcome.written;
    stream.signal.throwIfAborted();
    const decision = await untilAborted(Promise.resolve(onFailure(slot.input, outcome.error, attempt)), stream.signal);
    if (decision === 'skip') return undefined;
  }
}

async function writeOnce<D>({ input, work }: Slot<D>, { archive, stream }: SlotContext<D>): Promise<Outcome<D>> {
  if (!work) throw new Error('an entry came to its turn before it was begun');
  return 'prepared' in work
    ? await writeWhole(archive, input, work.prepared, stream.signal)
    : await writeStreamed(archive, input, work.stream, stream);
}

async function writeWhole<D>(
  archive: ZipArchive,
  { name, modified }: ZipInput<D>,
  preparing: Promise<Prepared<D>>,
  signal: AbortSignal,
): Promise<Outcome<D>> {
  const prepared = await untilAborted(preparing, signal);
  if (prepared.kind === 'failed') return prepared;
  const { digest, size, compressed } = prepared;
  const { method, crc32, body } = compressed;
  const placed = await untilAborted(archive.add({ name, modified, size, method, crc32, body }), signal);
  return { written: { name, digest, size, crc32, method, ...placed } };
}

async function writeStreamed<D>(
  archive: ZipArchive,
  input: ZipInput<D>,
  source: BegunStream<D>,
  options: StreamOptions,
): Promise<Outcome<D>> {
  try {
    return { written: await streamEntry(archive, input, source, options) };
  } catch (error) {
    if (error instanceof SourceError) return { error: error.cause };
    throw error;
  }
}
