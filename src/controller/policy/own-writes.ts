import { keyOf, withoutManagedFields } from '../../kube/objects.ts';
import type { PolicyObject } from '../workloads.ts';

/** Policies as the server returned them on our last write, for the moments until the watch has brought them back. */
export interface OwnWrites {
  wrote(policy: PolicyObject): void;
  /** The newer of the cached policy and what was written of it. */
  newest(cached: PolicyObject): PolicyObject;
  forget(key: string): void;
}

export function ownWrites(): OwnWrites {
  const written = new Map<string, PolicyObject>();
  return {
    wrote: (policy) => void written.set(keyOf(policy), withoutManagedFields(policy)),
    newest(cached) {
      const key = keyOf(cached);
      const ours = written.get(key);
      if (ours && ours.metadata.uid === cached.metadata.uid && versionOf(ours) > versionOf(cached)) return ours;
      written.delete(key);
      return cached;
    },
    forget: (key) => void written.delete(key),
  };
}

/** Resource versions are numbers that grow, which clients may rely on since Kubernetes 1.35 (KEP-5504). */
const versionOf = ({ metadata }: PolicyObject): bigint => BigInt(metadata.resourceVersion ?? 0);
