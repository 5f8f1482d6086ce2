import { opendir, realpath, stat } from 'node:fs/promises';
import { Failure } from '../../host/errors.ts';
import { directoryFailure } from './faults.ts';

/** What the root of a store is, however it is reached. */
export interface Ground {
  /** Its path without links. */
  real(): Promise<string>;
  /**
   * Throws a Failure when the root itself no longer answers, or lies on another volume than before: then what is missing
   * or broken below it is no matter of one file.
   */
  assertThere(): Promise<void>;
}

interface Found {
  readonly real: string;
  /** Not the inode too: some FUSE file systems give a folder another one after a while. */
  readonly device: bigint;
}

export function groundOf(root: string): Ground {
  let found: Promise<Found> | undefined;
  const find = async (): Promise<Found> => {
    found ??= look(root);
    try {
      return await found;
    } catch (error) {
      found = undefined;
      throw directoryFailure(root, error);
    }
  };
  return {
    real: async () => (await find()).real,
    async assertThere() {
      const before = await find();
      const now = await answer(root).catch((error: unknown) => {
        throw directoryFailure(root, error);
      });
      if (now.device === before.device) return;
      throw new Failure('DirectoryFailed', `${root} lies on another volume than when the run began`, {
        hint: 'see that the volume stays mounted while the run works, then run again',
      });
    },
  };
}

async function look(root: string): Promise<Found> {
  const real = await realpath(root);
  return { real, device: (await stat(real, { bigint: true })).dev };
}

/** As `look`, by reading a name of it too: what is known of a folder may be in memory long after its disk has gone. */
async function answer(root: string): Promise<Found> {
  await using folder = await opendir(root);
  await folder.read();
  return await look(root);
}
