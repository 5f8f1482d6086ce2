import { hash } from 'node:crypto';
import type { Dirent } from 'node:fs';

/** Which names a folder holds, in whatever order they come, as 64 bits: each name turns some of them over, once or back. */
export interface SeenNames {
  toggle(name: Dirent<Buffer>): void;
  /** A folder that was not there any more when it was to be listed. */
  takeBack(folder: string): void;
  /** Never empty. */
  sum(): string;
}

export function seenNames(): SeenNames {
  let [high, low] = [0, 0];
  const turn = (name: Buffer, isFolder: boolean): void => {
    const bits = hash('sha1', Buffer.concat([name, isFolder ? FOLDER : OTHER]), 'buffer');
    high ^= bits.readInt32LE(0);
    low ^= bits.readInt32LE(4);
  };
  return {
    toggle: (dirent) => turn(dirent.name, dirent.isDirectory()),
    takeBack: (folder) => turn(Buffer.from(folder), true),
    sum: () => `${high}.${low}`,
  };
}

/** No name has a slash in it. */
const [FOLDER, OTHER] = [Buffer.from('/'), Buffer.alloc(0)];
