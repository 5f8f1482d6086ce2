import { giveBack } from '../../host/memory.ts';
import { untilAborted } from '../../host/until-aborted.ts';
import type { Compression, ZipInput } from '../entry.ts';
import { byteWindow } from './byte-window.ts';
import { type Compressed, wholeCompressor } from './compress-whole.ts';
import { isCompressed } from './compressible.ts';
import { sizeMismatch } from './size-mismatch.ts';
import { stopped } from './stopped.ts';

export interface ReadAheadOptions {
  readonly compression: Compression;
  readonly cores: number;
  /** Most loads at once. */
  readonly maxConcurrentLoads: number;
  /** Most bytes held by entries that are being loaded or compressed, or wait for their turn. */
  readonly budgetBytes: number;
  /** Up to this size an entry is loaded whole. */
  readonly smallBytes: number;
  /** What a streamed entry holds while it is written. */
  readonly streamBytes: number;
}

/** A whole entry that can be written, or why it can't be had. Never a rejection: it may lie here for a while. */
export type Prepared<D> =
  | { readonly kind: 'ready'; readonly digest: D; readonly size: number; readonly compressed: Compressed }
  | { readonly kind: 'failed'; readonly error: unknown };

/** An input in its turn; `prepared` is undefined for what is streamed when it is written. */
export interface Slot<D> {
  readonly input: ZipInput<D>;
  prepared: Promise<Prepared<D>> | undefined;
  /** Bytes of the budget. */
  held: number;
}

export interface ReadAhead<D> {
  /** The next input in order, or undefined after the last. */
  next(): Promise<Slot<D> | undefined>;
  /** Loads a slot's input once more; does nothing for one that is streamed. */
  prepareAgain(slot: Slot<D>): void;
  /** The slot has been written or skipped; makes room. */
  release(slot: Slot<D>): void;
  /** Once the signal has aborted: resolves when nothing of this is at work any more. */
  stopped(): Promise<void>;
}

/** What an entry holds beside its content: promises, headers, its input. */
const ENTRY_BYTES = 64 * 1024;

/** Pulls the inputs and loads and compresses the small ones, in parallel and as far ahead as the budget allows. */
export function readAhead<D>(
  inputs: AsyncIterable<ZipInput<D>> | Iterable<ZipInput<D>>,
  options: ReadAheadOptions,
  signal: AbortSignal,
): ReadAhead<D> {
  const compress = wholeCompressor(options.compression, options.cores);
  const window = byteWindow(options.budgetBytes);
  const queue: Slot<D>[] = [];
  const atWork = new Set<Promise<unknown>>();
  let loading = 0;
  let wakeFeeder: (() => void) | undefined;
  let wakeReader: (() => void) | undefined;
  let end: { readonly error?: unknown } | undefined;

  /** A content and, where it may be deflated, as much again for what comes out. */
  const wholeBytes = (name: string, size: number): number => {
    const isStored = options.compression === 'Store' || (options.compression === 'Auto' && isCompressed(name));
    return (isStored ? size : 2 * size) + ENTRY_BYTES;
  };
  const hold = (slot: Slot<D>, bytes: number): void => {
    window.leave(slot.held - bytes);
    slot.held = bytes;
  };

  const load = async (input: ZipInput<D>): ReturnType<ZipInput<D>['load']> => {
    loading += 1;
    try {
      return await input.load(signal);
    } finally {
      loading -= 1;
      wakeFeeder?.();
    }
  };
  const prepare = async (slot: Slot<D>): Promise<Prepared<D>> => {
    const { input } = slot;
    try {
      const { bytes, digest } = await load(input);
      const size = bytes.length;
      if (input.size !== undefined && size !== input.size) throw sizeMismatch(input.name, input.size, size);
      hold(slot, wholeBytes(input.name, size));
      const compressed = await compress(input.name, bytes);
      if (compressed.body !== bytes) giveBack(bytes);
      hold(slot, size + ENTRY_BYTES);
      return { kind: 'ready', digest, size, compressed };
    } catch (error) {
      return { kind: 'failed', error };
    }
  };
  const start = (slot: Slot<D>): void => {
    const work = prepare(slot);
    slot.prepared = work;
    atWork.add(work);
    void work.then(() => atWork.delete(work));
  };

  const feed = async (): Promise<void> => {
    for await (const input of inputs) {
      const streamed = input.size !== undefined && input.size > options.smallBytes;
      const held = streamed ? options.streamBytes : wholeBytes(input.name, input.size ?? options.smallBytes);
      const room = window.enter(held);
      if (room) await untilAborted(room, signal);
      while (loading >= options.maxConcurrentLoads) {
        await untilAborted(new Promise<void>((resolve) => (wakeFeeder = resolve)), signal);
      }
      signal.throwIfAborted();
      const slot: Slot<D> = { input, prepared: undefined, held };
      if (!streamed) start(slot);
      queue.push(slot);
      wakeReader?.();
    }
  };
  const feeding = feed()
    .then(
      () => ({}),
      (error: unknown) => ({ error }),
    )
    .then((outcome) => {
      end = outcome;
      wakeReader?.();
    });

  return {
    async next() {
      while (queue.length === 0) {
        if (end && 'error' in end) throw end.error;
        if (end) return undefined;
        await untilAborted(new Promise<void>((resolve) => (wakeReader = resolve)), signal);
      }
      return queue.shift();
    },
    prepareAgain(slot) {
      if (slot.prepared) start(slot);
    },
    release: (slot) => hold(slot, 0),
    stopped: () => stopped([feeding, ...atWork]),
  };
}
