import { availableParallelism } from 'node:os';
import { untilAborted } from '../../host/until-aborted.ts';
import type { Compression, ZipInput, ZipWritten } from '../entry.ts';
import type { ZipArchive } from './archive.ts';
import { BLOCK_BYTES } from './block-deflate.ts';
import { SourceError } from './checked-source.ts';
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
  readonly cores?: number;
}

export type FailureDecision = 'retry' | 'skip';

const MIB = 1024 * 1024;
/** A source gives chunks of up to 4 MiB; one is worked on while the next is on its way. */
const SOURCE_BYTES = 2 * 4 * MIB;

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
  const { budgetBytes = 32 * MIB, smallBytes = 8 * MIB } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  signal.throwIfAborted();
  const parallelBlocks = Math.max(2, Math.min(cores + 1, Math.floor(budgetBytes / (4 * BLOCK_BYTES))));
  const streamBytes = SOURCE_BYTES + 2 * BLOCK_BYTES * parallelBlocks;
  const ahead = readAhead(
    inputs,
    { compression, cores, maxConcurrentLoads, budgetBytes, smallBytes, streamBytes },
    signal,
  );
  const stream = { compression, parallelBlocks, signal };
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
async function writeSlot<D>(
  slot: Slot<D>,
  { archive, ahead, onFailure, stream }: SlotContext<D>,
): Promise<ZipWritten<D> | undefined> {
  const { signal } = stream;
  for (let attempt = 1; ; attempt++) {
    if (attempt > 1) ahead.prepareAgain(slot);
    const outcome = slot.prepared
      ? await writeWhole(archive, slot.input, slot.prepared, signal)
      : await writeStreamed(archive, slot.input, stream);
    if ('written' in outcome) return outcome.written;
    signal.throwIfAborted();
    const decision = await untilAborted(Promise.resolve(onFailure(slot.input, outcome.error, attempt)), signal);
    if (decision === 'skip') return undefined;
  }
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

async function writeStreamed<D>(archive: ZipArchive, input: ZipInput<D>, options: StreamOptions): Promise<Outcome<D>> {
  try {
    return { written: await streamEntry(archive, input, options) };
  } catch (error) {
    if (error instanceof SourceError) return { error: error.cause };
    throw error;
  }
}
