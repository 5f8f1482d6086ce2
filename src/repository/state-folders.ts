import { Failure } from '../host/errors.ts';
import type { ReadableStore } from '../store/store.ts';

/** A folder of the program's own that is none: no night could do its work there, and the source is not to blame. */
export const stateFolderInvalid = (store: ReadableStore, folder: string, wrong: string): Failure =>
  new Failure('StateFolderInvalid', `${store.locate(folder)} ${wrong}`, {
    hint: 'look at who made it, and move it away; the folder is made anew',
  });
