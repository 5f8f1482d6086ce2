import { keyOf } from '../../kube/objects.ts';
import type { CachedPolicy } from './cached-policy.ts';

/** Policies as the server returned them on our last write, for the moments until the watch has brought them back. */
export interface OwnWrites {
  wrote(policy: CachedPolicy): void;
  /** The newer of the cached policy and what was written of it. */
  newest(cached: CachedPolicy): CachedPolicy;
  forget(key: string): void;
}

export function ownWrites(): OwnWrites {
  const written = new Map<string, CachedPolicy>();
  return {
    wrote: (policy) => void written.set(keyOf(policy), policy),
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
const versionOf = ({ metadata }: CachedPolicy): bigint => BigInt(metadata.resourceVersion ?? 0);
