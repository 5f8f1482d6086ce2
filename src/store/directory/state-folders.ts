import { dirname, join } from 'node:path';
import { Failure } from '../../host/errors.ts';
import { statOf } from './entry.ts';
import { directoryFailure } from './faults.ts';
import type { Volume } from './volume.ts';

/**
 * Throws unless our own folders are folders, where they are there at all: through a link a run would write its state, and
 * remove uploads, wherever it leads, into the source for one.
 */
export async function assertRealStateFolders({ root, ownFolders }: Pick<Volume, 'root' | 'ownFolders'>): Promise<void> {
  const paths = new Set(ownFolders.flatMap((path) => withParents(path)));
  for (const path of [...paths].toSorted()) {
    const absolute = join(root, path);
    const stats = await statOf(absolute).catch((error: unknown) => {
      throw directoryFailure(absolute, error);
    });
    if (!stats || stats.isDirectory()) continue;
    const what = stats.isSymbolicLink() ? 'a link' : stats.isFile() ? 'a file' : 'a special file';
    throw new Failure('StateFolderInvalid', `${absolute} is ${what}, where a folder of this program belongs`, {
      hint: 'move it away; the folder is made anew, and what a link leads to can be moved into its place',
    });
  }
}

function withParents(path: string): string[] {
  const above = dirname(path);
  return above === '.' ? [path] : [...withParents(above), path];
}
