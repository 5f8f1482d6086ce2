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
import type { PlanRow } from '../listing/plan.ts';
import type { PlannedItem } from '../listing/walk.ts';

/** A planned file or empty folder as an input of the archive. */
export interface PlannedInput extends ZipInput<Digest> {
  readonly item: PlannedItem;
  /** The revision that is read; another one than the planned after `refresh`. */
  readonly file: FileEntry | undefined;
  /**
   * Looks at what is there now, for a source that can't give the listed revision any more; resolves to whether it is
   * another one. Throws Unavailable when it is gone.
   */
  refresh(signal: AbortSignal): Promise<boolean>;
}

/** `readPath` gives the path to read by: the listed one, since a store may need its own spelling. */
export function plannedInput(source: ReadableStore, item: PlannedItem): PlannedInput {
  if (item.row.kind === 'folder') return folderInput(item);
  let file = fileOf(item.row);
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
    stream: (signal) => source.stream(file, signal),
    async refresh(signal) {
      const now = await source.stat(file.path, signal);
      if (now?.kind !== 'file') throw new Unavailable('deleted_during_run');
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

function folderInput(item: PlannedItem): PlannedInput {
  return {
    item,
    name: item.archiveName,
    file: undefined,
    modified: new Date(315_532_800_000),
    size: 0,
    load: async () => EMPTY,
    stream: () => {
      throw new Conflict('a folder has no content');
    },
    refresh: async () => false,
  };
}

function fileOf(row: PlanRow): FileEntry {
  return {
    kind: 'file',
    path: row.path,
    key: row.key,
    name: row.name,
    ...(row.id !== null && { id: row.id }),
    rev: row.rev ?? '',
    size: row.size ?? 0,
    modified: new Date((row.modified ?? 0) * 1000),
    stored: new Date((row.stored ?? 0) * 1000),
    ...(row.content_hash !== null && { contentHash: row.content_hash }),
    ...(row.exported_as !== null && { exportedAs: row.exported_as }),
  };
}
