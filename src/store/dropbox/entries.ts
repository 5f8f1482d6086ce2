import type { files } from 'dropbox';
import { clip } from '../../api/clip.ts';
import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { fileTime, isFileTime } from '../file-time.ts';
import type { Entry, FileEntry, FolderEntry, UnusableEntry } from '../store.ts';
import { exportExtension } from './export-format.ts';
import type { Paths } from './paths.ts';

export type Metadata = files.FileMetadataReference | files.FolderMetadataReference | files.DeletedMetadataReference;

/** As many as a ZIP has bytes for a name, and few enough for a header that carries them twice, six bytes each. */
const MOST_LETTERS = 65_535;
const SHOWN_OF_A_NAME = 255;

/**
 * What the API says about one path, as the store's entry. What can't be backed up becomes `unusable`, never nothing:
 * every listed file is accounted for.
 */
export function toEntry(metadata: Metadata, paths: Paths): Entry {
  const place = placeOf(metadata, paths);
  const unusable = (reason: SkipReason): UnusableEntry => ({
    kind: 'unusable',
    path: printable(place.path.length > MOST_LETTERS ? clipped(place.path) : place.path),
    key: printable(place.key),
    reason,
  });
  if (metadata['.tag'] === 'deleted') return { kind: 'deleted', key: printable(place.key) };
  if (metadata['.tag'] !== 'file' && metadata['.tag'] !== 'folder') return unusable('unreadable');
  if (place.path.length > MOST_LETTERS) return unusable('name_too_long');
  if (!isValid(place)) return unusable('invalid_name');
  if (metadata['.tag'] === 'folder') {
    return metadata.sharing_info?.no_access ? unusable('no_access') : folderAt(place, metadata);
  }
  if (metadata.symlink_info) return unusable('symbolic_link');
  if (metadata.is_downloadable === false && exportExtension(metadata.export_info) === undefined) {
    return unusable('not_downloadable');
  }
  const file = fileAt(place, metadata);
  return file.rev && Number.isSafeInteger(file.size) ? file : unusable('unreadable');
}

export const toFile = (metadata: files.FileMetadata, paths: Paths): FileEntry =>
  fileAt(placeOf(metadata, paths), metadata);

export const toFolder = (metadata: files.FolderMetadata, paths: Paths): FolderEntry =>
  folderAt(placeOf(metadata, paths), metadata);

function fileAt(place: Place, metadata: files.FileMetadata): FileEntry {
  const exportedAs = metadata.is_downloadable === false ? exportExtension(metadata.export_info) : undefined;
  return {
    kind: 'file',
    ...place,
    id: metadata.id,
    rev: metadata.rev,
    size: metadata.size,
    ...timesOf(metadata),
    ...(metadata.content_hash === undefined ? {} : { contentHash: metadata.content_hash }),
    ...(exportedAs === undefined ? {} : { exportedAs }),
  };
}

function folderAt(place: Place, metadata: files.FolderMetadata): FolderEntry {
  const { traverse_only: isPartly, shared_folder_id: share } = metadata.sharing_info ?? {};
  return {
    kind: 'folder',
    ...place,
    id: metadata.id,
    identity: metadata.id,
    ...(isPartly && { unseen: 'partly_visible' as const }),
    ...(share !== undefined && { isShared: true as const }),
  };
}

interface Place {
  readonly path: string;
  readonly key: string;
  readonly name: string;
}

/**
 * path_lower and path_display may be missing: "null if the file or folder is not mounted" (dropbox-api-spec files.stone,
 * Metadata). With neither, nobody knows where it lies, and its name alone may be that of another file, or of a case: NUL
 * is in no real name, so its key is nobody else's.
 */
function placeOf(metadata: files.Metadata, paths: Paths): Place {
  const { name } = metadata;
  const display = metadata.path_display ?? metadata.path_lower;
  if (!display) return { path: name, key: `\0${'id' in metadata ? String(metadata.id) : name}`, name };
  const lower = metadata.path_lower ?? display.toLowerCase();
  return { path: paths.relative(display), key: paths.relative(lower).normalize('NFC'), name };
}

/** A lone surrogate can't be written in UTF-8: two such names would become one in the archive. */
function isValid({ path, key, name }: Place): boolean {
  if (!path.isWellFormed() || !key.isWellFormed() || !name.isWellFormed()) return false;
  return path === '' || !path.split('/').some((part) => part === '' || part === '.' || part === '..');
}

/** With the same number of components, so that it has its place. */
function clipped(path: string): string {
  return path
    .split('/')
    .map((name) => clip(name, SHOWN_OF_A_NAME))
    .join('/');
}

/** Lone surrogates as `\ud800`, control characters as `\u000a`. */
function printable(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The author's computer may have said anything. Where nobody can read it, the time of arrival is the nearest. */
function timesOf({ client_modified: said, server_modified: arrived }: files.FileMetadata) {
  const received = Date.parse(arrived);
  const stored = fileTime(Number.isNaN(received) ? 0 : received);
  const ms = Date.parse(said);
  const modified = Number.isNaN(ms) ? stored : fileTime(ms);
  return { modified, ...(!isFileTime(ms) && { modifiedAsStored: String(said) }), stored };
}
