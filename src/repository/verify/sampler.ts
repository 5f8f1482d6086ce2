import { createHash } from 'node:crypto';

/** A reservoir: each offered item has the same chance, and the same seed chooses the same items of the same sequence. */
export interface Sampler<T> {
  offer(item: T, bytes: number): void;
  chosen(): readonly T[];
}

const SAMPLE_SIZE = 16;
/** Larger ones are left to a Full verification, so that a Standard one stays a matter of seconds. */
const LARGEST_BYTES = 16 * 1024 * 1024;

export function sampler<T>(seed: string): Sampler<T> {
  const items: T[] = [];
  const random = seededRandom(seed);
  let offered = 0;
  return {
    offer(item, bytes) {
      if (bytes > LARGEST_BYTES) return;
      offered += 1;
      if (items.length < SAMPLE_SIZE) items.push(item);
      else {
        const place = Math.floor(random() * offered);
        if (place < SAMPLE_SIZE) items[place] = item;
      }
    },
    chosen: () => items,
  };
}

/** A number in [0, 1) per call: 48 bits of the SHA-256 of seed and counter. */
function seededRandom(seed: string): () => number {
  let counter = 0;
  return () => createHash('sha256').update(`${seed} ${counter++}`).digest().readUIntBE(0, 6) / 2 ** 48;
}
