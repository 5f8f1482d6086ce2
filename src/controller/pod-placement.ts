import type { PodOverlay } from '../api/pod/overlay.ts';
import type { Placement } from '../api/pod/placement.ts';

/**
 * Where a pod runs, from what the policy's author and the cluster's operator say. Where both say the same thing the
 * operator's word holds, so that no author leaves the nodes that were meant; the rest of both counts. Fields are named
 * one by one: what is not here can't reach a pod.
 */
export function placementOf(policy: Placement = {}, operator: PodOverlay = {}): object {
  return given({
    nodeSelector: both(policy.nodeSelector, operator.nodeSelector),
    tolerations: joined(policy.tolerations, operator.tolerations),
    affinity: both(policy.affinity, operator.affinity),
    topologySpreadConstraints: spreads(policy.topologySpreadConstraints, operator.topologySpreadConstraints),
    priorityClassName: operator.priorityClassName ?? policy.priorityClassName,
    runtimeClassName: operator.runtimeClassName ?? policy.runtimeClassName,
  });
}

/** The maps as one, `first` having the last word. */
const both = <V>(
  second: Readonly<Record<string, V>> | undefined,
  first: Readonly<Record<string, V>> | undefined,
): object | undefined => (first || second) && { ...second, ...first };

const joined = <T>(ones: readonly T[] | undefined, others: readonly T[] | undefined): readonly T[] | undefined =>
  (ones || others) && [...(others ?? []), ...(ones ?? [])];

type Spreads = Placement['topologySpreadConstraints'];

/** The server takes each pair of topologyKey and whenUnsatisfiable once. */
function spreads(policy: Spreads, operator: Spreads): Spreads {
  const pair = ({ topologyKey, whenUnsatisfiable }: NonNullable<Spreads>[number]): string =>
    `${whenUnsatisfiable} ${topologyKey}`;
  const taken = new Set(operator?.map(pair));
  return (policy || operator) && [...(operator ?? []), ...(policy ?? []).filter((one) => !taken.has(pair(one)))];
}

/** Without what is empty, which the server would drop and we would miss. */
const given = (fields: Readonly<Record<string, object | string | undefined>>): object =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && Object.keys(value).length > 0),
  );
