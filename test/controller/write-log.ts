import { follow } from '../cluster/follow.ts';
import type { ProxiedRequest } from '../cluster/proxied-request.ts';
import type { Cluster, Office } from './operator.ts';

/** Who held the Lease from when on, as the API server told an onlooker. */
export interface Reign {
  readonly holder: string;
  readonly from: number;
}

export interface LeaseWatch {
  readonly reigns: readonly Reign[];
  stop(): Promise<void>;
}

export function watchLease(cluster: Cluster, { namespace }: Office): LeaseWatch {
  const reigns: Reign[] = [];
  const stopped = new AbortController();
  const done = follow<{
    metadata: { name: string; uid: string; resourceVersion: string };
    spec: { holderIdentity?: string };
  }>(
    cluster.plane.api,
    `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
    ({ spec }) => {
      const holder = spec.holderIdentity ?? '';
      if (holder !== '' && reigns.at(-1)?.holder !== holder) reigns.push({ holder, from: Date.now() });
    },
    stopped.signal,
  );
  return {
    reigns,
    async stop() {
      stopped.abort();
      await done;
    },
  };
}

/**
 * Writes of a process that came after somebody else held the Lease. `holderOf` gives the identities that a user of the
 * proxy has had. A write and a change of the Lease that arrive in the same few milliseconds have no order here.
 */
export function lateWrites(
  writes: readonly ProxiedRequest[],
  reigns: readonly Reign[],
  userOf: ReadonlyMap<string, string>,
): string[] {
  return writes.flatMap(({ verb, path, user, at }) => {
    const holder = reigns.findLast(({ from }) => from <= at.getTime())?.holder;
    const expected = holder === undefined ? undefined : userOf.get(holder);
    return expected === user || expected === undefined
      ? []
      : [`${user} did ${verb} ${path} at ${at.toISOString()}, when ${expected} held the Lease`];
  });
}

export const isWork = ({ resource }: ProxiedRequest): boolean => resource !== 'leases';
