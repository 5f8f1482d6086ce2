import { type BigIntStats, constants, type Dir, type Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { errorCode } from '../../../host/errors.ts';
import { type FolderEntry, Unavailable } from '../../store.ts';
import { absolutePath, folderEntry, identityOf } from '../entry.ts';
import { assertInside, openInside } from '../inside.ts';
import type { Volume } from '../volume.ts';

/** A folder of a listing while its names are read. */
export interface OpenFolder extends AsyncDisposable {
  readonly entry: FolderEntry;
  readonly identity: string;
  /** See Look; as it was before its names were read. */
  readonly version: string;
  /** The path by which something in it is looked at, whatever stands at the folder's own path by now. */
  placeOf(name: string): string;
  /** Up to `most` names. */
  read(most: number): Promise<Names>;
}

export interface Names {
  readonly names: readonly Dirent<Buffer>[];
  readonly isEnd: boolean;
  /** Why there are no more, before the end; changed_during_run when the folder no longer stands at its path. */
  readonly fault: unknown;
}

const OPEN_FLAGS = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * Throws what the system says, or changed_during_run where something else is found, or a link leads to. The root may be
 * a link itself.
 *
 * Node reads names by path alone, so the folder is opened twice: once to know which one it is and to look into that very
 * one, once for its names. When it still stands at its path after the last name, they are its own.
 */
export async function openFolder(volume: Volume, path: string, batch: number): Promise<OpenFolder> {
  const absolute = absolutePath(volume.root, path);
  const handle = await openInside(volume, path, path === '' ? OPEN_FLAGS : OPEN_FLAGS | constants.O_NOFOLLOW).catch(
    (error: unknown) => {
      throw path !== '' && errorCode(error) === 'ENOTDIR'
        ? new Unavailable('changed_during_run', { cause: error })
        : error;
    },
  );
  try {
    const stats = await handle.stat({ bigint: true });
    const dir = await openNames(absolute, batch);
    const below = volume.placeOf(handle) === undefined ? absolute : `/proc/self/fd/${handle.fd}`;
    return {
      entry: folderEntry(path, stats),
      identity: identityOf(stats),
      version: versionOf(stats),
      placeOf: (name) => `${below}/${name}`,
      async read(most) {
        const names: Dirent<Buffer>[] = [];
        try {
          while (names.length < most) {
            const next = (await dir.read()) as Dirent<Buffer> | null;
            if (next) names.push(next);
            else {
              await assertInside(volume, path, handle);
              return { names, isEnd: true, fault: undefined };
            }
          }
          return { names, isEnd: false, fault: undefined };
        } catch (fault) {
          return { names, isEnd: true, fault };
        }
      },
      async [Symbol.asyncDispose]() {
        await dir.close();
        await handle.close();
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A folder's times are those of its names: the last that came, went or was renamed. */
const versionOf = ({ dev, ino, mtimeNs, ctimeNs }: BigIntStats): string => [dev, ino, mtimeNs, ctimeNs].join(':');

/** Names come as bytes: as text, two names that are no UTF-8 could look the same. @types/node lacks the option. */
function openNames(absolute: string, batch: number): Promise<Dir> {
  return opendir(absolute, { encoding: 'buffer' as BufferEncoding, bufferSize: batch });
}
