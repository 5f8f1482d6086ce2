import { counted } from '../../api/counted.ts';
import { Failure } from '../../host/errors.ts';
import { MOST_MANIFEST_BYTES, manifestBytesAtMost } from '../../repository/manifest.ts';
import type { Identity, Space } from '../../store/store.ts';

/** Source and destination must not contain each other, or every backup would hold the one before it. By path and by id. */
export function overlapFault(source: Identity, destination: Identity): Failure | undefined {
  if (source.realm !== destination.realm) return undefined;
  const inside = (a: string, b: string): boolean => `${a}/`.startsWith(b === '/' ? b : `${b}/`);
  const [s, d] = [source.root, destination.root];
  const byPath = inside(s.path, d.path) || inside(d.path, s.path);
  const first = (lineage: readonly string[]): string => lineage[0] ?? '';
  const byId = (s.exists && d.lineage.includes(first(s.lineage))) || (d.exists && s.lineage.includes(first(d.lineage)));
  if (!byPath && !byId) return undefined;
  return new Failure('Overlap', `source ${s.path || '/'} and destination ${d.path || '/'} contain each other`, {
    hint: 'choose a destination outside the source, such as /BACKUPS beside /CASES',
  });
}

/** A changed namespace shows another tree at the same path. */
export function namespaceFault(now: string | undefined, before: string | undefined): Failure | undefined {
  if (before === undefined || now === before) return undefined;
  return new Failure(
    'NamespaceChanged',
    `the Dropbox namespace is ${now ?? 'unknown'}, the last backup was made from ${before}`,
    {
      hint: 'check spec.source.dropbox.namespace and the account; to accept the new one, use a new destination folder',
    },
  );
}

/** No backup may come to stand whose manifest could not be read: refused before the upload, not by its verification. */
export function manifestFault(
  cases: readonly { readonly name: string; readonly folder: string }[],
): Failure | undefined {
  if (manifestBytesAtMost(cases) <= MOST_MANIFEST_BYTES) return undefined;
  return new Failure(
    'TooManyCases',
    `the source has ${counted(cases.length, 'case')}, more than one manifest can list`,
    {
      hint: 'split the source into several policies',
    },
  );
}

/**
 * Refuses early when the backup certainly does not fit, judged by how the last one compressed; 10 % are left to chance.
 * Nothing is ever deleted to make room.
 */
export function spaceFault(
  space: Space | undefined,
  sourceBytes: number,
  last: { source: number; archive: number } | undefined,
): Failure | undefined {
  if (!space || !last || last.source === 0) return undefined;
  const free = Math.max(0, space.allocated - space.used);
  const expected = Math.round((sourceBytes * last.archive) / last.source);
  if (free >= 0.9 * expected) return undefined;
  return new Failure(
    'QuotaExceeded',
    `the destination has ${free} bytes free, the backup will take about ${expected}`,
    {
      hint: 'free some space or enlarge the plan; backups are never deleted early to make room',
    },
  );
}
