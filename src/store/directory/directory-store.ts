import { join, resolve } from 'node:path';
import type { Clock } from '../../host/clock.ts';
import type { Store } from '../store.ts';
import { moveFile, putFile, removeFile } from './change.ts';
import { listFolder } from './list.ts';
import { entryAt, loadFile, readFileRange, streamFile } from './read.ts';
import { identifyRoot, spaceOf, timeOf } from './root.ts';
import { writeFile } from './write.ts';

/**
 * A folder on a local disk or a mounted volume. Names are taken as they are, so case and Unicode form distinguish.
 * A write is on the disk when it resolves.
 */
export function openDirectoryStore(root: string, options: { readonly clock: Clock }): Store {
  const { clock } = options;
  const top = resolve(root);

  return {
    kind: 'directory',
    locate: (path) => join(top, path),
    async identify(signal) {
      signal.throwIfAborted();
      return await identifyRoot(top);
    },
    list: (folder, { recursive }, signal) => listFolder(top, folder, recursive, signal),
    async bookmark() {
      return undefined;
    },
    async *changes() {
      yield { kind: 'restart' };
    },
    async stat(path, signal) {
      signal.throwIfAborted();
      return await entryAt(top, path);
    },
    load: (file, signal) => loadFile(top, file, signal),
    stream: (file, signal) => streamFile(top, file, signal),
    readRange: (file, offset, length, signal) => readFileRange(top, file, offset, length, signal),
    write: (path, body, signal) => writeFile(top, path, body, signal),
    put: (path, bytes, expect, signal) => putFile(top, path, bytes, expect, clock, signal),
    move: (from, to, signal) => moveFile(top, from, to, clock, signal),
    remove: (file, signal) => removeFile(top, file, clock, signal),
    async space(signal) {
      signal.throwIfAborted();
      return await spaceOf(top);
    },
    async now(signal) {
      signal.throwIfAborted();
      return await timeOf(top, clock);
    },
    close: () => Promise.resolve(),
  };
}
