import { messageOf } from '../host/errors.ts';
import type { SeenInventory } from '../repository/inventory.ts';
import type { ManifestCase } from '../repository/manifest.ts';
import { openBackup, rangesOf } from '../repository/open-backup.ts';
import type { Series } from '../repository/series.ts';
import type { Totals } from './guards/shrink.ts';
import type { Night } from './night.ts';

/** For two range reads; a store that does not answer would be asked for an hour. */
const READ_MS = 60_000;

/**
 * The cases of the newest backup that stands, from its manifest: no record may hold their names. Undefined where no backup
 * stands, or none that can be opened now: no night fails for it.
 */
export async function casesBefore(
  night: Night,
  { backups }: SeenInventory,
): Promise<readonly ManifestCase[] | undefined> {
  const { destination, signal, log } = night;
  const newest = backups.findLast(({ status }) => status === 'verified' || status === 'incomplete');
  if (!newest) return undefined;
  try {
    const read = rangesOf(destination, newest.file, AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]));
    const { manifest } = await openBackup(read, newest.file.size, destination.locate(newest.name));
    return manifest.cases;
  } catch (error) {
    signal.throwIfAborted();
    log.warn({}, `which cases are gone is not known: ${messageOf(error)}`);
    return undefined;
  }
}

/** The names of cases that are not there tonight. */
export function goneCases(series: Series, before: readonly ManifestCase[], here: readonly string[]): string[] {
  const isHere = amongNames(series, here);
  return before.filter(({ name }) => !isHere(name)).map(({ name }) => name);
}

/** What cases held that are there and can't be read tonight: nobody may say that it is gone. */
export function heldBy(series: Series, before: readonly ManifestCase[], closed: readonly string[]): Totals {
  const isClosed = amongNames(series, closed);
  const held = before.filter(({ name }) => isClosed(name));
  return {
    cases: held.length,
    files: held.reduce((sum, { files, skipped }) => sum + files + skipped, 0),
    bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** In Dropbox a name in other letters is the same. */
function amongNames({ source }: Series, names: readonly string[]): (name: string) => boolean {
  const fold = (name: string): string => (source.account === undefined ? name : name.toLowerCase());
  const folded = new Set(names.map(fold));
  return (name) => folded.has(fold(name));
}

const MOST_BYTES = 256 * 1024;

/** As many of the names as a manifest has room for beside its own cases; the report counts them all. */
export function namedInManifest(gone: readonly string[]): string[] {
  let bytes = 0;
  return gone.filter((name) => {
    bytes += Buffer.byteLength(JSON.stringify(name));
    return bytes <= MOST_BYTES;
  });
}
