import { createHash } from 'node:crypto';

/** A stream of chances that is the same for the same seed. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  chance(percent: number): boolean;
  pick<T>(items: readonly T[]): T | undefined;
}

export function randomFrom(seed: string): Random {
  let counter = 0;
  const below = (limit: number): number =>
    createHash('sha256').update(`${seed} ${counter++}`).digest().readUInt32BE(0) % Math.max(1, limit);
  return { below, chance: (percent) => below(100) < percent, pick: (items) => items[below(items.length)] };
}
