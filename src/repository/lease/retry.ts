/** What tells whether one run is another try of the same Job. */
export interface Attempt {
  /** The Job's UID in Kubernetes; by hand whatever the environment says, else the run's own id. */
  readonly slot: string;
  readonly policy: string;
  /** Where the source lies, as people know it. */
  readonly source: string;
}

/** Kubernetes' UIDs are those of RFC 9562. */
const UID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Only another try of the very same Job may go on with what the one before left. A name is no proof of that: Jobs of one
 * name come again after a deletion, in every namespace and in every cluster.
 */
export const isRetry = (now: Attempt, before: Attempt): boolean =>
  UID.test(now.slot) && now.slot === before.slot && now.policy === before.policy && now.source === before.source;
