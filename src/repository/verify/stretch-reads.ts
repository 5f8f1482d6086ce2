import { MANY_BYTES } from '../../zip/read/byte-run.ts';
import type { Stretch } from './stretches.ts';

/** Reads stretches side by side, each as soon as what the others hold leaves room for it. */
export interface StretchReads {
  /** To be awaited where it returns a promise: so many wait that nobody need look for more. */
  add(stretches: readonly Stretch[]): Promise<void> | undefined;
  /** Resolves when all have been read. Throws what was wrong with the one that lies first, whichever was found out first. */
  end(): Promise<void>;
  /** Begins with no other, and resolves when those under way have ended, however they did. */
  leave(): Promise<void>;
}

/** A million small files have 30,000 of them. */
const MOST_WAITING = 500;
/** One that is inflated holds that much beside its bytes; so there are never more than 32 at once. */
const INFLATED_BYTES = 1024 * 1024;

const heldBy = ({ first, last }: Stretch): number =>
  Math.min(MANY_BYTES, INFLATED_BYTES + last.offset + last.compressedSize - first.offset);

export function stretchReads(read: (stretch: Stretch) => Promise<void>): StretchReads {
  const waiting: Stretch[] = [];
  let held = 0;
  let failure: { readonly offset: number; readonly error: unknown } | undefined;
  let fewer = Promise.withResolvers<void>();
  let none = Promise.withResolvers<void>();

  const begin = async (stretch: Stretch): Promise<void> => {
    const { offset } = stretch.first;
    held += heldBy(stretch);
    await read(stretch).catch((error: unknown) => {
      if (!failure || offset < failure.offset) failure = { offset, error };
    });
    held -= heldBy(stretch);
    goOn();
  };
  /** Behind one that failed nothing matters any more. */
  const goOn = (): void => {
    for (let next = waiting[0]; next && (held === 0 || held + heldBy(next) <= MANY_BYTES); next = waiting[0]) {
      waiting.shift();
      if (!failure || next.first.offset < failure.offset) void begin(next);
    }
    if (waiting.length < MOST_WAITING) fewer.resolve();
    if (held === 0) none.resolve();
  };
  const ended = async (): Promise<void> => {
    if (held === 0) return;
    none = Promise.withResolvers<void>();
    await none.promise;
  };

  return {
    add(stretches) {
      waiting.push(...stretches);
      goOn();
      if (waiting.length < MOST_WAITING) return undefined;
      fewer = Promise.withResolvers<void>();
      return fewer.promise;
    },
    async end() {
      await ended();
      if (failure) throw failure.error;
    },
    async leave() {
      waiting.length = 0;
      await ended();
    },
  };
}
