import { untilAborted } from '../../host/until-aborted.ts';
import type { ZipInput } from '../entry.ts';
import { type BegunStream, beginStream } from './begun-stream.ts';
import type { Compressed, Content } from './compress-whole.ts';
import { sizeMismatch } from './size-mismatch.ts';
import { stopped } from './stopped.ts';
import { turnRoom } from './turn-room.ts';

export interface ReadAheadOptions {
  compress(content: Content): Promise<Compressed>;
  /** Most loads at once. */
  readonly maxConcurrentLoads: number;
  /** Most bytes held by entries that are being loaded or compressed, are read ahead, or wait for their turn. */
  readonly budgetBytes: number;
  /** Up to this size an entry is loaded whole. */
  readonly smallBytes: number;
  /** The largest piece that a source gives of a stream: so much a stream is begun with, and one that knows nothing of room holds. */
  readonly pieceBytes: number;
}

/** A whole entry that can be written, or why it can't be had. Never a rejection: it may lie here for a while. */
export type Prepared<D> =
  | { readonly kind: 'ready'; readonly digest: D; readonly size: number; readonly compressed: Compressed }
  | { readonly kind: 'failed'; readonly error: unknown };

/** What is under way for an input: all of it, or the stream that brings it. */
export type Work<D> = { readonly prepared: Promise<Prepared<D>> } | { readonly stream: BegunStream<D> };

/** An input with its place in the archive's order. */
export interface Slot<D> {
  readonly input: ZipInput<D>;
  readonly turn: number;
  /** Undefined until it is begun. */
  work: Work<D> | undefined;
  /** Bytes of the room for a content that is loaded; a stream's are its seat's. */
  held: number;
}

export interface ReadAhead<D> {
  /** The next input in order, or undefined after the last. */
  next(): Promise<Slot<D> | undefined>;
  /** Begins once more with the input of the slot whose turn it is, as it now is. */
  again(slot: Slot<D>): void;
  /** So many bytes more or, below 0, fewer are held to write the slot whose turn it is. */
  hold(bytes: number): void;
  /** The slot whose turn it was has been written or skipped. */
  release(slot: Slot<D>): void;
  /** Once the signal has aborted: resolves when nothing of this is at work any more. */
  stopped(): Promise<void>;
}

/** What an entry holds beside its content: promises, headers, its input, and what the plan says of it. */
const ENTRY_BYTES = 16 * 1024;

/**
 * Pulls the inputs and loads and compresses the small ones, and begins to stream the large ones, as many as there may be
 * and as far ahead as there is room. An entry holds nothing before it is begun; then its size while it is loaded, what
 * deflate needs while it is deflated, and what came out until it is written.
 */
export function readAhead<D>(
  inputs: AsyncIterable<ZipInput<D>> | Iterable<ZipInput<D>>,
  { compress, maxConcurrentLoads, budgetBytes, smallBytes, pieceBytes }: ReadAheadOptions,
  signal: AbortSignal,
): ReadAhead<D> {
  const room = turnRoom(budgetBytes, () => admit());
  const slots = new Map<number, Slot<D>>();
  let loading = 0;
  /** Pulled, and waits for room. */
  let next: Slot<D> | undefined;
  let current = 0;
  let wakeFeeder: (() => void) | undefined;
  let wakeReader: (() => void) | undefined;
  let end: { readonly error?: unknown } | undefined;

  const isStreamed = ({ size }: ZipInput<D>): boolean => size !== undefined && size > smallBytes;
  /** What it holds from its beginning. */
  const bytesOf = (input: ZipInput<D>): number =>
    isStreamed(input) ? Math.min(pieceBytes, input.size ?? 0) : (input.size ?? smallBytes);
  const holdFor = (slot: Slot<D>, bytes: number): void => {
    const more = bytes - slot.held;
    slot.held = bytes;
    room.change(more);
  };

  const load = async ({ input }: Slot<D>): ReturnType<ZipInput<D>['load']> => {
    loading += 1;
    try {
      return await input.load(signal);
    } finally {
      loading -= 1;
      admit();
    }
  };
  const prepare = async (slot: Slot<D>): Promise<Prepared<D>> => {
    const { input, turn } = slot;
    try {
      const { name, size: expected } = input;
      const { bytes, digest, crc32 } = await load(slot);
      const size = bytes.length;
      if (expected !== undefined && size !== expected) throw sizeMismatch(name, expected, size);
      holdFor(slot, size);
      const compressed = await compress({ name, turn, bytes, crc32, hold: (held) => holdFor(slot, held) });
      return { kind: 'ready', digest, size, compressed };
    } catch (error) {
      holdFor(slot, 0);
      return { kind: 'failed', error };
    }
  };
  /** Once there is room for its first bytes. */
  const begin = (slot: Slot<D>): void => {
    const { input, turn } = slot;
    const bytes = bytesOf(input);
    if (isStreamed(input)) {
      slot.work = { stream: beginStream(input, room.seat(turn, bytes), signal) };
      return;
    }
    slot.held = bytes;
    slot.work = { prepared: prepare(slot) };
  };
  /** Begins with what was pulled, if there is room for it. */
  const admit = (): void => {
    if (!next || signal.aborted) return;
    const slot = next;
    if (!isStreamed(slot.input) && loading >= maxConcurrentLoads) return;
    if (!room.enter(slot.turn, ENTRY_BYTES + bytesOf(slot.input))) return;
    next = undefined;
    slots.set(slot.turn, slot);
    begin(slot);
    wakeFeeder?.();
    if (slot.turn === current) wakeReader?.();
  };

  const feed = async (): Promise<void> => {
    let turn = 0;
    for await (const input of inputs) {
      next = { input, turn: turn++, work: undefined, held: 0 };
      admit();
      while (next) await untilAborted(new Promise<void>((resolve) => (wakeFeeder = resolve)), signal);
      signal.throwIfAborted();
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
      for (;;) {
        const slot = slots.get(current);
        if (slot) return slot;
        if (end && 'error' in end) throw end.error;
        if (end) return undefined;
        await untilAborted(new Promise<void>((resolve) => (wakeReader = resolve)), signal);
      }
    },
    again(slot) {
      room.change(bytesOf(slot.input));
      begin(slot);
    },
    hold: room.change,
    release(slot) {
      slots.delete(slot.turn);
      holdFor(slot, 0);
      room.change(-ENTRY_BYTES);
      current = slot.turn + 1;
      room.goTo(current);
    },
    stopped: () => stopped([feeding, ...[...slots.values()].map(endOf)]),
  };
}

const endOf = async <D>({ work }: Slot<D>): Promise<unknown> =>
  work && 'stream' in work ? await work.stream.close() : await work?.prepared;
