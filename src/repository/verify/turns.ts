import { crc32 } from 'node:zlib';

/** Within so many turns every file of a case has its own, however many it has. */
export const MOST_TURNS = 100;
/** A larger one has its turn by itself: a case of one film would be read every night. */
export const LARGE_BYTES = 16 * 1024 * 1024;
export const LARGE_TURNS = 30;

/** The files of one case that have their turn, as they are offered one after the other. */
export interface CaseTurn<T> {
  /** Returns what is to be read now. */
  offer(item: T, name: string, bytes: number): T | undefined;
  /** What is left to be read: none lay behind the place of this turn, so it begins again at the front. */
  end(): readonly T[];
}

/**
 * Of the `files` of a case, at least one that is not large, another one with each turn: consecutive turns (days) come
 * round to all of them.
 */
export function caseTurn<T>(files: number, turn: number): CaseTurn<T> {
  const most = Math.ceil(files / MOST_TURNS);
  const start = files === 0 ? 0 : (turn * most) % files;
  const front: T[] = [];
  let index = 0;
  let taken = 0;
  return {
    offer(item, name, bytes) {
      const isBehind = index++ >= start;
      if (bytes > LARGE_BYTES) return (turn + crc32(name)) % LARGE_TURNS === 0 ? item : undefined;
      if (isBehind && taken < most) {
        taken += 1;
        return item;
      }
      if (front.length < most) front.push(item);
      return undefined;
    },
    end: () => front.slice(0, most - taken),
  };
}
