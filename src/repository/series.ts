import type { Policy } from '../api/policy.ts';
import type { Identity, ReadableStore } from '../store/store.ts';
import { type Home, homeOf, isSameHome, uidsOf } from './home.ts';
import type { RunRecord, StoredRecord } from './record.ts';

/** Where a run's files came from, as its record has it. */
export type Origin = RunRecord['source'];

/**
 * The backups that stand for each other: those that one policy has made of one source. Several series may lie in one
 * folder; each counts, compares with, and deletes its own alone, or the nights of one would age away another's years.
 */
export interface Series {
  readonly policy: string;
  readonly source: Origin;
  /** Undefined by hand. */
  readonly home?: Home | undefined;
  /** UIDs of others whose backups the policy has made its own. */
  readonly adopted?: readonly string[];
}

/**
 * What a record is to a series. `elsewhere`: of a policy of the same name and source that is, or may be, another one: two
 * clusters that write into one folder look like that, and so does one that stands in for another which is gone. Tonight
 * may be compared with it where nothing nearer stands; nothing of it is ever deleted.
 */
export type Kinship = 'own' | 'elsewhere' | 'foreign';

export const seriesAt = (policy: Policy, source: Origin): Series => ({
  policy: policy.metadata.name,
  source,
  home: homeOf(policy),
  adopted: policy.spec.retention.adopt,
});

export function originOf(source: ReadableStore, { account, namespace, root }: Identity): Origin {
  return {
    location: source.locate(''),
    root: root.path,
    ...(account !== undefined && { account }),
    ...(namespace !== undefined && { namespace }),
  };
}

/**
 * The series of a policy as far as it is known without opening its source, whose secret need not be at hand: the account
 * is that of its newest backup here.
 */
export function seriesOf(policy: Policy, records: readonly StoredRecord[]): Series {
  const { dropbox, directory } = policy.spec.source;
  const named = seriesAt(policy, { location: dropbox?.root ?? directory?.path ?? '' });
  const newest = records.findLast(
    ({ record }) =>
      record.archives !== undefined &&
      (record.source.account === undefined) === (dropbox === undefined) &&
      isOf(named, record),
  );
  return newest ? { ...named, source: newest.record.source } : named;
}

export function kinshipOf(series: Series, record: RunRecord): Kinship {
  if (record.policy !== series.policy || !isSameSource(series.source, record.source)) return 'foreign';
  return isAtHome(series, record) ? 'own' : 'elsewhere';
}

export const isOf = (series: Series, record: RunRecord): boolean => kinshipOf(series, record) === 'own';

/** Of a record that does not say, nobody knows better than by its name and source. */
export function isAtHome({ home, adopted = [] }: Series, record: RunRecord): boolean {
  if (!record.home) return true;
  return (home && isSameHome(home, record.home)) || uidsOf(record.home).some((uid) => adopted.includes(uid));
}

/**
 * A namespace and a path are one tree, whoever looks at it. The account decides only where no namespace is known; records
 * of early failures know neither.
 */
export function isSameSource(a: Origin, b: Origin): boolean {
  if (!isSamePlace(a, b)) return false;
  if (a.namespace !== undefined && b.namespace !== undefined) return a.namespace === b.namespace;
  return a.account === undefined || b.account === undefined || a.account === b.account;
}

/**
 * By the path as it was given, or by what the store says it is: a folder may be spelled otherwise tomorrow, and a link
 * may lead to another one each night. Dropbox ignores case.
 */
export function isSamePlace(a: Origin, b: Origin): boolean {
  const isDropbox = a.account !== undefined || b.account !== undefined;
  if (isDropbox && [a, b].some(isFolder)) return false;
  const [one, other] = [placesOf(a, isDropbox), placesOf(b, isDropbox)];
  return one.some((place) => other.includes(place));
}

function placesOf({ location, root }: Origin, isDropbox: boolean): string[] {
  const places = root === undefined ? [location] : [location, root || '/'];
  return isDropbox ? places.map((place) => place.normalize('NFC').toLowerCase()) : places;
}

/** Of a run that came as far as knowing its source: before that an account is unknown, not absent. */
const isFolder = ({ account, root, totals }: Origin): boolean =>
  account === undefined && (root !== undefined || totals !== undefined);
