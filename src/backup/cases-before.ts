import { messageOf } from '../host/errors.ts';
import type { SeenInventory } from '../repository/inventory.ts';
import type { Manifest } from '../repository/manifest.ts';
import { openBackup, rangesOf } from '../repository/open-backup.ts';
import type { Series } from '../repository/series.ts';
import type { CaseCounts } from './guards/unseen.ts';
import type { Night } from './night.ts';

/** For two range reads; a store that does not answer would be asked for an hour. */
const READ_MS = 60_000;

/** The cases of the newest backup that stands, from its manifest: no record may hold their names. */
export interface CasesBefore {
  get(name: string): CaseCounts | undefined;
  /** Names of those that are not among these. */
  without(cases: readonly { readonly name: string }[]): string[];
}

/** Undefined where no backup stands, or none that can be opened now: no night fails for it. */
export async function casesBefore(night: Night, { backups, series }: SeenInventory): Promise<CasesBefore | undefined> {
  const { destination, signal, log } = night;
  const newest =
    backups.findLast(({ status }) => status === 'verified' || status === 'incomplete') ??
    backups.findLast(({ status }) => status === 'elsewhere');
  if (!newest) return undefined;
  try {
    const read = rangesOf(destination, newest.file, AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]));
    const { manifest } = await openBackup(read, newest.file.size, destination.locate(newest.name));
    return casesOf(manifest, series);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({}, `which cases are gone is not known: ${messageOf(error)}`);
    return undefined;
  }
}

/** A case that it could not see whole counts as it was when it was last seen. */
function casesOf({ cases, cases_unseen = [] }: Manifest, { source }: Series): CasesBefore {
  // In Dropbox a name in other letters is the same.
  const fold = (name: string): string => (source.account === undefined ? name : name.toLowerCase());
  const seen = cases.map(({ name, files, skipped, bytes }) => ({ name, files: files + skipped, bytes }));
  const known = new Map([...seen, ...cases_unseen].map((one) => [fold(one.name), one]));
  return {
    get: (name) => known.get(fold(name)),
    without(here) {
      const names = new Set(here.map(({ name }) => fold(name)));
      return [...known].filter(([name]) => !names.has(name)).map(([, one]) => one.name);
    },
  };
}

const MOST_BYTES = 256 * 1024;

/** As many as a manifest has room for beside its own cases, by the length of their names; the report counts them all. */
export function withRoomInManifest<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  let bytes = 0;
  return items.filter((item) => {
    bytes += Buffer.byteLength(JSON.stringify(nameOf(item)));
    return bytes <= MOST_BYTES;
  });
}
