import type { Room } from '../../../src/host/room.ts';
import type { ZipInput } from '../../../src/zip/entry.ts';
import { NOON } from '../fixture.ts';

/** What becomes of an input. */
export interface Course {
  readonly size: number;
  /** So many of its first attempts fail, */
  readonly failures?: number;
  /** a stream's after so many pieces. */
  readonly breaksAfter?: number;
  /** A source that asks for no room, as a folder's, and reads one piece at a time. */
  readonly knowsNoRoom?: boolean;
}

/**
 * A line on which nothing arrives by itself: what was asked for is under way until somebody lets it arrive. Streams read
 * ahead in ranges, as far as there is room, as a store over a line does.
 */
export interface Line {
  input(name: string, course: Course): ZipInput<string>;
  /** In the order in which it was asked for: the name of a file that is loaded, `name#piece` of a range. */
  readonly underWay: readonly string[];
  /** Lets it arrive, or fail where its course says so. */
  arrive(what: string): void;
  /** Each load and each stream that was begun. */
  readonly begun: readonly string[];
  /** Loads under way. */
  readonly loads: number;
  /** Streams that are not closed. */
  readonly open: number;
  /** Bytes that streams hold room for. */
  readonly taken: number;
}

export const brokenOff = new Error('the connection broke off');

/** Every byte of it says which input it is of. */
export const contentOf = (name: string, size: number): Buffer => Buffer.alloc(size, `${name}|`);

export function openLine(pieceBytes: number): Line {
  const underWay = new Map<string, () => void>();
  const begun: string[] = [];
  const now = { loads: 0, open: 0, taken: 0 };

  const arrival = (what: string, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        underWay.delete(what);
        reject(signal.reason);
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      underWay.set(what, () => {
        underWay.delete(what);
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  const holding = (room: Room | undefined, until: AbortSignal) => {
    let held = 0;
    const give = (bytes: number): void => {
      held -= bytes;
      now.taken -= bytes;
      room?.give(bytes);
    };
    return {
      async take(bytes: number): Promise<void> {
        const wait = room?.take(bytes, until);
        if (wait) await wait;
        held += bytes;
        now.taken += bytes;
        // Granted in the same moment in which the stream was left.
        if (until.aborted) give(bytes);
      },
      give,
      giveAll: () => give(held),
    };
  };

  const input = (name: string, course: Course): ZipInput<string> => {
    const { size, failures = 0, breaksAfter = 0, knowsNoRoom = false } = course;
    const pieces = Array.from({ length: Math.ceil(size / pieceBytes) }, (_, i) =>
      contentOf(name, size).subarray(i * pieceBytes, (i + 1) * pieceBytes),
    );
    let attempts = 0;
    return {
      name,
      modified: NOON,
      size,
      async load(signal) {
        begun.push(name);
        const fails = attempts++ < failures;
        now.loads += 1;
        await arrival(name, signal).finally(() => {
          now.loads -= 1;
        });
        if (fails) throw brokenOff;
        return { bytes: contentOf(name, size), digest: name };
      },
      async *stream(signal, room) {
        begun.push(name);
        const breaks = attempts++ < failures ? breaksAfter : undefined;
        const left = new AbortController();
        const until = AbortSignal.any([signal, left.signal]);
        const hold = holding(knowsNoRoom ? undefined : room, until);
        const arrivals = pieces.map(() => Promise.withResolvers<void>());
        for (const { promise } of arrivals) promise.catch(() => undefined);
        const ask = async (i: number): Promise<void> => {
          await hold.take(pieces[i]?.length ?? 0);
          arrivals[i]?.resolve(arrival(`${name}#${i}`, until));
        };
        const askAhead = async (): Promise<void> => {
          try {
            for (const i of pieces.keys()) await ask(i);
          } catch (error) {
            for (const { reject } of arrivals) reject(error);
          }
        };
        now.open += 1;
        try {
          if (!knowsNoRoom) void askAhead();
          for (const [i, piece] of pieces.entries()) {
            if (i === breaks) throw brokenOff;
            if (knowsNoRoom) await ask(i);
            await arrivals[i]?.promise;
            yield Buffer.from(piece);
            hold.give(piece.length);
          }
          return name;
        } finally {
          left.abort(brokenOff);
          now.open -= 1;
          hold.giveAll();
        }
      },
    };
  };

  return {
    input,
    get underWay() {
      return [...underWay.keys()];
    },
    arrive(what) {
      const end = underWay.get(what);
      if (!end) throw new Error(`${what} is not under way, but ${[...underWay.keys()].join(' ')}`);
      end();
    },
    begun,
    get loads() {
      return now.loads;
    },
    get open() {
      return now.open;
    },
    get taken() {
      return now.taken;
    },
  };
}
