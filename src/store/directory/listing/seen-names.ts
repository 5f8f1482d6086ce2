import type { Dirent } from 'node:fs';

/** Which names a folder holds, in whatever order they come, as 64 bits: each name turns some of them over, once or back. */
export interface SeenNames {
  toggle(name: Pick<Dirent<Buffer>, 'name' | 'isDirectory'>): void;
  /** A folder that was not there any more when it was to be listed. */
  takeBack(folder: string): void;
  /** Never empty. */
  sum(): string;
}

/** Not node:crypto: a digest for each name would be a tenth of the listing's time, and nobody chooses names against it. */
export function seenNames(): SeenNames {
  let [high, low] = [0, 0];
  const turn = (name: Buffer, isFolder: boolean): void => {
    let [one, other] = isFolder ? FOLDER_SEEDS : OTHER_SEEDS;
    for (const byte of name) {
      one = Math.imul(one ^ byte, 0x01000193);
      other = Math.imul(other ^ byte, 0x5bd1e995) ^ (other >>> 15);
    }
    high ^= mixed(one);
    low ^= mixed(other);
  };
  return {
    toggle: (dirent) => turn(dirent.name, dirent.isDirectory()),
    takeBack: (folder) => turn(Buffer.from(folder), true),
    sum: () => `${high}.${low}`,
  };
}

type Seeds = readonly [number, number];
const FOLDER_SEEDS: Seeds = [0x811c9dc5, 0x9747b28c];
const OTHER_SEEDS: Seeds = [0x050c5d1f, 0x2545f491];

/** Each bit of a hash on all of it (the end of MurmurHash3): without it names that are alike would cancel each other out. */
function mixed(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
