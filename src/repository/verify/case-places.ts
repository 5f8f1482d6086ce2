import { shownName } from '../../zip/read/corrupt.ts';
import type { ZipEntry } from '../../zip/read/decode.ts';
import { extentOf } from '../../zip/read/exact.ts';
import { archiveDiffers } from '../archive-differs.ts';
import { type CasePlace, NOWHERE, placeWith } from '../manifest.ts';
import type { BackupFile } from '../open-backup.ts';

/** Finds where each case lies, and holds it against what the manifest says: one reads a case by that alone. */
export interface CasePlaces {
  /** Every entry of the archive, in its order. */
  see(entry: ZipEntry): void;
  end(): void;
}

interface Found {
  readonly folder: string;
  at: CasePlace;
  files: number;
  bytes: number;
}

/** Both methods throw ArchiveDiffers. */
export function casePlaces({ manifest, where }: BackupFile): CasePlaces {
  const expected = manifest.cases.values();
  let directoryOffset = 0;
  let current: Found | undefined;

  /** Those that have no entry are passed over in the manifest, since nothing stands for them in the archive. */
  const nextExpected = (): Found | undefined => {
    for (const planned of expected) {
      if (planned.at.entries > 0) return planned;
      assertSame(planned, { folder: planned.folder, at: NOWHERE, files: 0, bytes: 0 }, where);
    }
    return undefined;
  };
  const close = (): void => {
    if (!current) return;
    const planned = nextExpected();
    if (planned?.folder !== current.folder) {
      throw archiveDiffers(
        where,
        `the archive has ${shownName(current.folder)} where the manifest has ${shownName(planned?.folder ?? 'none')}`,
      );
    }
    assertSame(planned, current, where);
    current = undefined;
  };

  return {
    see(entry) {
      const folder = caseFolderOf(entry.name);
      if (folder !== current?.folder) {
        close();
        if (folder !== undefined) current = { folder, at: NOWHERE, files: 0, bytes: 0 };
      }
      const directoryBytes = entry.recordBytes;
      if (current) {
        const place = { offset: entry.offset, bytes: extentOf(entry), directoryOffset, directoryBytes };
        current.at = placeWith(current.at, place);
        if (!entry.name.endsWith('/')) current.files += 1;
        current.bytes += entry.size;
      }
      directoryOffset += directoryBytes;
    },
    end() {
      close();
      const missing = nextExpected();
      if (missing) throw archiveDiffers(where, `the manifest has ${shownName(missing.folder)}, the archive has not`);
    },
  };
}

/** `CASES/Smith` for what lies below it; undefined for a file beside the cases, and for what the run has added. */
export function caseFolderOf(name: string): string | undefined {
  const end = name.indexOf('/', name.indexOf('/') + 1);
  return name.startsWith('CASES/') && end > 0 ? name.slice(0, end) : undefined;
}

function assertSame(planned: Found, found: Found, where: string): void {
  const facts: [string, number, number][] = [
    ['files', planned.files, found.files],
    ['bytes', planned.bytes, found.bytes],
    ['offset', planned.at.offset, found.at.offset],
    ['bytes in the archive', planned.at.bytes, found.at.bytes],
    ['directory_offset', planned.at.directory_offset, found.at.directory_offset],
    ['directory_bytes', planned.at.directory_bytes, found.at.directory_bytes],
    ['entries', planned.at.entries, found.at.entries],
  ];
  for (const [what, said, real] of facts) {
    if (said !== real)
      throw archiveDiffers(where, `${what} of ${shownName(found.folder)} should be ${said} and is ${real}`);
  }
}
