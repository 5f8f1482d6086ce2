import { join, resolve } from 'node:path';
import type { Clock } from '../../host/clock.ts';
import type { Throttle } from '../../host/throttle.ts';
import type { TellWaits } from '../../host/waits.ts';
import type { Source, Store } from '../store.ts';
import { addFolder, moveFile, putFile, removeFile } from './change.ts';
import { groundOf } from './ground.ts';
import { placeOf } from './inside.ts';
import { listFolder } from './listing/list-folder.ts';
import { lookAtFolder } from './listing/look.ts';
import { modesOf } from './modes.ts';
import { obeying, obeyingEach } from './obeying.ts';
import { entryAt, loadFile, readFileRange, streamFile } from './read.ts';
import { numberIn } from './revision.ts';
import { identifyRoot, spaceOf, timeOf, volumesWithin } from './root.ts';
import type { Volume } from './volume.ts';
import { writeFile } from './write.ts';

export interface DirectoryStoreOptions {
  readonly clock: Clock;
  /** See Volume; a source has none. */
  readonly ownFolders?: readonly string[];
  /** Whether the group of what is written may read it; default: its owner alone. */
  readonly groupReadable?: boolean | undefined;
  /** See Volume; default: it may lie anywhere. */
  readonly requireMount?: boolean | undefined;
  readonly throttle?: Throttle | undefined;
  /** See Volume. */
  readonly waits?: TellWaits | undefined;
}

/**
 * A folder on a local disk or a mounted volume. Names are taken as they are, so case and Unicode form distinguish.
 * A write is on the disk when it resolves.
 */
export function openDirectoryStore(root: string, options: DirectoryStoreOptions): Store & Source {
  const top = resolve(root);
  const { clock, ownFolders = [], groupReadable = false, requireMount = false, throttle, waits } = options;
  const modes = modesOf(groupReadable);
  const volume: Volume = {
    root: top,
    ground: groundOf(top),
    placeOf,
    clock,
    ownFolders,
    modes,
    requireMount,
    throttle,
    waits,
  };

  return {
    // Nor below a volume that is mounted: a disk's mount point may be made when it comes (/run/media is a volume in memory).
    capabilities: { makesRoot: false },
    locate: (path) => join(top, path),
    identify: (signal) => obeying(signal, () => identifyRoot(volume)),
    list: (folder, options, signal) => obeyingEach(signal, listFolder(volume, folder, options, signal)),
    async bookmark(signal) {
      signal.throwIfAborted();
      return undefined;
    },
    async *changes(_bookmark, signal) {
      signal.throwIfAborted();
      yield { kind: 'restart' };
    },
    look: (folder, signal) => obeying(signal, () => lookAtFolder(volume, folder)),
    volumes: (signal) => obeying(signal, () => volumesWithin(volume)),
    numberOf: ({ rev }) => numberIn(rev),
    stat: (path, signal) => obeying(signal, () => entryAt(volume, path)),
    load: (file, signal) => obeying(signal, () => loadFile(volume, file, signal)),
    stream: (file, signal) => obeyingEach(signal, streamFile(volume, file, signal)),
    readRange: (file, offset, length, signal) =>
      obeying(signal, () => readFileRange(volume, file, { offset, length }, signal)),
    write: (path, body, { modified }, signal) =>
      obeying(signal, () => writeFile(volume, { path, modified }, body, signal)),
    put: (path, bytes, expect, signal) => obeying(signal, () => putFile(volume, { path, bytes, expect }, signal)),
    makeFolder: (path, signal) => obeying(signal, () => addFolder(volume, path, signal)),
    move: (from, to, signal) => obeying(signal, () => moveFile(volume, from, to, signal)),
    remove: (file, signal) => obeying(signal, () => removeFile(volume, file, signal)),
    space: (signal) => obeying(signal, () => spaceOf(top)),
    now: (signal) => obeying(signal, () => timeOf(volume)),
    close: () => Promise.resolve(),
  };
}
