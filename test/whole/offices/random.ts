import { seeded } from '../../../bench/corpus/seeded.ts';

/** A stream of chances that is the same for the same seed. */
export interface Random {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  chance(percent: number): boolean;
  pick<T>(items: readonly T[]): T | undefined;
}

export function randomFrom(seed: string): Random {
  const { integer } = seeded(seed);
  return { below: integer, chance: (percent) => integer(100) < percent, pick: (items) => items[integer(items.length)] };
}
