import type { ZipPlace } from '../zip/entry.ts';
import type { ManifestCase } from './manifest.ts';

/** Where a case lies in the archive; see manifest.ts. */
export type CasePlace = ManifestCase['at'];

/** The place of a case that has no entry (yet). */
export const NOWHERE: CasePlace = { offset: 0, bytes: 0, directory_offset: 0, directory_bytes: 0, entries: 0 };

/** The place with one more entry, which comes behind those that it has. What lies between them belongs to nobody. */
export function placeWith(place: CasePlace, entry: ZipPlace): CasePlace {
  const isFirst = place.entries === 0;
  const offset = isFirst ? entry.offset : place.offset;
  const directoryOffset = isFirst ? entry.directoryOffset : place.directory_offset;
  return {
    offset,
    bytes: entry.offset + entry.bytes - offset,
    directory_offset: directoryOffset,
    directory_bytes: entry.directoryOffset + entry.directoryBytes - directoryOffset,
    entries: place.entries + 1,
  };
}
