import type { ZipInput } from '../entry.ts';
import { stopped } from './stopped.ts';
import type { Seat } from './turn-room.ts';

/** The stream of an input that is read ahead of its turn. */
export interface BegunStream<D> {
  /** What the input promised when it was begun. */
  readonly expectedSize: number;
  /** Asked for already, the first time. Rejects with what broke the source; what did so early is told here, in its turn. */
  next(): Promise<IteratorResult<Buffer, D>>;
  /** Ends it wherever it is, and gives its room back. */
  close(): Promise<void>;
}

/** Begins to read; `seat` is what the source may hold. */
export function beginStream<D>(input: ZipInput<D>, seat: Seat, signal: AbortSignal): BegunStream<D> {
  const left = new AbortController();
  const source = open(input, AbortSignal.any([signal, left.signal]), seat);
  let first: Promise<IteratorResult<Buffer, D>> | undefined = source.next();
  first.catch(() => seat.leave());
  return {
    expectedSize: input.size ?? 0,
    next() {
      const next = first ?? source.next();
      first = undefined;
      return next;
    },
    async close() {
      left.abort();
      await stopped([source.return(undefined as never)]);
      seat.leave();
    },
  };
}

/** What can't even be opened is a source that breaks. */
async function* open<D>(input: ZipInput<D>, signal: AbortSignal, seat: Seat): AsyncGenerator<Buffer, D, void> {
  return yield* input.stream(signal, seat);
}
