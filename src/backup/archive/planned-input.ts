import { hashBytes } from '../../store/content-hash.ts';
import {
  Conflict,
  type Digest,
  type FileEntry,
  type Loaded,
  type ReadableStore,
  Unavailable,
} from '../../store/store.ts';
import type { ZipInput } from '../../zip/entry.ts';
import type { PlannedItem } from '../listing/walk.ts';

/** A planned file or empty folder as an input of the archive. */
export interface PlannedInput extends ZipInput<Digest> {
  readonly item: PlannedItem;
  /** The revision that is read; another one than the planned after `refresh`. Undefined for a folder. */
  readonly file: FileEntry | undefined;
  /**
   * Looks at what is there now, for a source that can't give the listed revision any more; resolves to whether it is
   * another one. Throws Unavailable when it is gone.
   */
  refresh(signal: AbortSignal): Promise<boolean>;
}

/** Undefined for what has no entry in the archive: a folder that is not empty, and what can't be backed up. */
export function plannedInput(source: ReadableStore, item: PlannedItem): PlannedInput | undefined {
  if (item.entry.kind === 'file') return fileInput(source, item, item.entry);
  return item.isEmptyFolder ? folderInput(item) : undefined;
}

function fileInput(source: ReadableStore, item: PlannedItem, planned: FileEntry): PlannedInput {
  let file = planned;
  return {
    item,
    name: item.archiveName,
    get file() {
      return file;
    },
    get modified() {
      return file.modified;
    },
    get size() {
      return file.exportedAs === undefined ? file.size : undefined;
    },
    load: async (signal) => (isNothing(file) ? EMPTY : source.load(file, signal)),
    stream: (signal, room) => source.stream(file, signal, room),
    async refresh(signal) {
      const now = await source.stat(file.path, signal);
      if (now?.kind !== 'file') throw new Unavailable('deleted_during_run');
      // The listed one may have another name by now, and nobody would miss it.
      if (now.id !== planned.id) throw new Unavailable('changed_during_run');
      const isAnother = now.rev !== file.rev || now.size !== file.size;
      file = now;
      return isAnother;
    },
  };
}

const EMPTY: Loaded = { bytes: Buffer.alloc(0), digest: hashBytes(Buffer.alloc(0)) };

/** Empty by size and content_hash: there is nothing that a request could bring. */
const isNothing = ({ size, contentHash, exportedAs }: FileEntry): boolean =>
  size === 0 && exportedAs === undefined && contentHash === EMPTY.digest.contentHash;

/** The first moment that a ZIP can name: nobody says when a folder was changed. */
const NO_TIME = new Date(Date.UTC(1980, 0, 1));

function folderInput(item: PlannedItem): PlannedInput {
  return {
    item,
    name: item.archiveName,
    file: undefined,
    modified: NO_TIME,
    size: 0,
    load: async () => EMPTY,
    stream: () => {
      throw new Conflict('a folder has no content');
    },
    refresh: async () => false,
  };
}
