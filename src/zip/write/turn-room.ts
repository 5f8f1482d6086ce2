import type { Room } from '../../host/room.ts';
import { byTurn } from './by-turn.ts';

/**
 * The memory of everything that is read ahead of its turn, granted in the order of the archive: what is needed first
 * comes first, and nobody is overtaken. The entry whose turn it is never waits for those behind it: what it needs to go
 * on is granted beyond the limit.
 */
export interface TurnRoom {
  /** Takes the bytes at once or not at all. */
  enter(turn: number, bytes: number): boolean;
  /** So many bytes more or, below 0, fewer are held by somebody who is in; it is only told and never refused. */
  change(bytes: number): void;
  /** Whose turn it is now. */
  goTo(turn: number): void;
  /** For a stream that has entered with `bytes` for its first pieces. */
  seat(turn: number, bytes: number): Seat;
}

/** The room of one stream. */
export interface Seat extends Room {
  /** Gives back whatever the stream still holds; what it gives later counts no more. */
  leave(): void;
}

interface Waiter {
  readonly turn: number;
  readonly bytes: number;
  /** Whether it must be granted although it does not fit. */
  isDue(): boolean;
  isGone: boolean;
  grant(): void;
}

/** `onRoom` is called whenever there may be room for one more to enter. */
export function turnRoom(limitBytes: number, onRoom: () => void): TurnRoom {
  const waiting = byTurn<Waiter>();
  let held = 0;
  let current = 0;
  const fits = (bytes: number): boolean => held === 0 || held + bytes <= limitBytes;

  const firstWaiting = (): Waiter | undefined => {
    while (waiting.first?.isGone) waiting.takeFirst();
    return waiting.first;
  };
  const isBehind = (turn: number): boolean => {
    const first = firstWaiting();
    return first !== undefined && first.turn <= turn;
  };
  const settle = (): void => {
    for (let next = firstWaiting(); next && (next.isDue() || fits(next.bytes)); next = firstWaiting()) {
      waiting.takeFirst();
      held += next.bytes;
      next.grant();
    }
    onRoom();
  };
  const change = (bytes: number): void => {
    held += bytes;
    if (bytes < 0) settle();
  };

  return {
    enter(turn, bytes) {
      if (turn !== current && (isBehind(turn) || !fits(bytes))) return false;
      held += bytes;
      return true;
    },
    change,
    goTo(turn) {
      current = turn;
      settle();
    },
    seat(turn, bytes) {
      /** Granted before it was asked for. */
      let inAdvance = bytes;
      let taken = 0;
      let hasLeft = false;
      return {
        take(wanted, signal) {
          if (hasLeft) return undefined;
          const advance = Math.min(wanted, inAdvance);
          const missing = wanted - advance;
          // One piece is worked on while the next is on its way.
          const isDue = (): boolean => turn === current && taken <= wanted;
          inAdvance -= advance;
          if (missing === 0 || (!isBehind(turn) && (isDue() || fits(missing)))) {
            taken += wanted;
            held += missing;
            return undefined;
          }
          return new Promise((resolve, reject) => {
            const waiter: Waiter = { turn, bytes: missing, isDue, isGone: false, grant };
            function grant(): void {
              signal.removeEventListener('abort', leaveQueue);
              taken += wanted;
              resolve();
            }
            function leaveQueue(): void {
              waiter.isGone = true;
              inAdvance += advance;
              reject(signal.reason);
              settle();
            }
            if (signal.aborted) return leaveQueue();
            signal.addEventListener('abort', leaveQueue, { once: true });
            waiting.add(turn, waiter);
          });
        },
        give(bytesGiven) {
          if (hasLeft) return;
          taken -= bytesGiven;
          change(-bytesGiven);
        },
        leave() {
          if (hasLeft) return;
          hasLeft = true;
          change(-(taken + inAdvance));
        },
      };
    },
  };
}
