import type { FileEntry, ReadableStore } from '../../store/store.ts';
import { firstRanges } from '../../zip/read/open-zip.ts';

/**
 * The store, of which what is read of an archive first is asked for now, before it has said what it holds: by the revision
 * that its upload was answered with, so that it is of no use for any other. What could not be had is asked for again when
 * it is wanted.
 */
export function endAhead(store: ReadableStore, uploaded: FileEntry, signal: AbortSignal): ReadableStore {
  const ahead = firstRanges(uploaded.size).map(({ offset, length }) => {
    const bytes = store.readRange(uploaded, offset, length, signal);
    bytes.catch(() => undefined);
    return { offset, length, bytes };
  });
  return {
    ...store,
    readRange(file, offset, length, until) {
      const read = (): Promise<Buffer> => store.readRange(file, offset, length, until);
      const index = ahead.findIndex((range) => range.offset === offset && range.length === length);
      const [found] = index >= 0 && file.rev === uploaded.rev ? ahead.splice(index, 1) : [];
      return found ? found.bytes.catch(read) : read();
    },
  };
}
