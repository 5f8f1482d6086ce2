import type { Clock } from '../../../host/clock.ts';
import { createLineUse } from './line-use.ts';

/**
 * So many downloads may be under way at once, and with all their bytes no more than the line has use for; the others wait
 * in the order of their coming.
 */
export interface Places {
  /** For a download of about so many bytes. Rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<Place>;
}

export interface Place {
  /** The request goes out, which may be later. */
  asked(): void;
  /** The answer has begun. */
  answered(): void;
  /** Gives the place back; may be called again. */
  leave(): void;
}

/** A file that comes over one connection is on the line with no more than this at once. */
const MOST_BYTES = 4 * 1024 * 1024;

export function createPlaces(count: number, clock: Pick<Clock, 'elapsed'>): Places {
  const waiting = new Set<{ readonly bytes: number; enter(): void }>();
  const line = createLineUse();
  let taken = 0;
  let bytesTaken = 0;

  const isFree = (bytes: number): boolean =>
    taken === 0 || (taken < count && bytesTaken + bytes <= line.bytesOfUse(clock.elapsed()));

  const held = (bytes: number): Place => {
    let askedAt: number | undefined;
    let hasAnswer = false;
    let hasLeft = false;
    taken += 1;
    bytesTaken += bytes;
    return {
      asked() {
        askedAt ??= clock.elapsed();
      },
      answered() {
        if (askedAt !== undefined && !hasAnswer) line.answered(clock.elapsed() - askedAt);
        hasAnswer = true;
      },
      leave() {
        if (hasLeft) return;
        hasLeft = true;
        taken -= 1;
        bytesTaken -= bytes;
        if (hasAnswer) line.brought(bytes, clock.elapsed());
        for (const next of waiting) {
          if (!isFree(next.bytes)) break;
          next.enter();
        }
      },
    };
  };

  return {
    take(expected, signal) {
      const bytes = Math.min(expected, MOST_BYTES);
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (waiting.size === 0 && isFree(bytes)) return resolve(held(bytes));
        const leave = (): void => {
          waiting.delete(waiter);
          reject(signal.reason);
        };
        const waiter = {
          bytes,
          enter() {
            waiting.delete(waiter);
            signal.removeEventListener('abort', leave);
            resolve(held(bytes));
          },
        };
        waiting.add(waiter);
        signal.addEventListener('abort', leave, { once: true });
      });
    },
  };
}
