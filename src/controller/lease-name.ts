import { createHash } from 'node:crypto';

/** That of a controller which serves the namespace of its Lease alone; all others' begin with it. */
export const INSTALLATION_LEASE = 'case-backup-controller';

/** So that it is read at a glance in `kubectl get lease` and on a CronJob. */
const LONGEST_READABLE = 63;

/**
 * One Lease for each set of namespaces: controllers of the same set are replicas, and others keep nobody from leading who
 * happens to have a Lease beside theirs. No namespace's name has a dot, so two sets can't meet in one name.
 */
export function leaseNameFor(namespaces: readonly string[] | undefined, leaseNamespace: string): string {
  if (namespaces === undefined) return `${INSTALLATION_LEASE}.all`;
  const served = [...new Set(namespaces)].toSorted();
  const all = served.join('.');
  if (all === leaseNamespace) return INSTALLATION_LEASE;
  const readable = `${INSTALLATION_LEASE}.in.${all}`;
  if (readable.length <= LONGEST_READABLE) return readable;
  const hash = createHash('sha256').update(all).digest('hex').slice(0, 10);
  return `${INSTALLATION_LEASE}.in-${served.length}.${hash}`;
}
