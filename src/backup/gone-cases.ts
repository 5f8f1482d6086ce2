import { messageOf } from '../host/errors.ts';
import type { SeenInventory } from '../repository/inventory.ts';
import { openBackup, rangesOf } from '../repository/open-backup.ts';
import type { Night } from './night.ts';

/** For two range reads; a store that does not answer would be asked for an hour. */
const READ_MS = 60_000;

/**
 * The cases of the newest backup that stands and that are not there tonight, by the names in its manifest: no record may
 * hold them. Undefined where no backup stands, or none that can be opened now: no night fails for it.
 */
export async function goneCases(
  night: Night,
  { backups, series }: SeenInventory,
  cases: readonly { readonly name: string }[],
): Promise<readonly string[] | undefined> {
  const { destination, signal, log } = night;
  const newest = backups.findLast(({ status }) => status === 'verified' || status === 'incomplete');
  if (!newest) return undefined;
  const fold = series.source.account === undefined ? asItIs : withoutCase;
  try {
    const read = rangesOf(destination, newest.file, AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]));
    const { manifest } = await openBackup(read, newest.file.size, destination.locate(newest.name));
    const here = new Set(cases.map(({ name }) => fold(name)));
    return manifest.cases_included.filter((name) => !here.has(fold(name)));
  } catch (error) {
    signal.throwIfAborted();
    log.warn({}, `which cases are gone is not known: ${messageOf(error)}`);
    return undefined;
  }
}

const asItIs = (name: string): string => name;
/** In Dropbox a name in other letters is the same. */
const withoutCase = (name: string): string => name.toLowerCase();

const MOST_BYTES = 256 * 1024;

/** As many of the names as a manifest has room for beside its own cases; the report counts them all. */
export function namedInManifest(gone: readonly string[]): string[] {
  let bytes = 0;
  return gone.filter((name) => {
    bytes += Buffer.byteLength(JSON.stringify(name));
    return bytes <= MOST_BYTES;
  });
}
