import { INSTALLATION_ANNOTATION } from '../api/kubernetes-names.ts';
import type { Policy } from '../api/policy.ts';
import type { RunRecord } from './record.ts';

/** Which of all policies of one name a run was of, as far as its cluster said so. */
export type Home = NonNullable<RunRecord['home']>;

/** Undefined by hand, where a policy is a file that lies anywhere. */
export function homeOf({ metadata }: Policy): Home | undefined {
  const { uid, namespace = '', annotations } = metadata;
  if (uid === undefined) return undefined;
  const installation = annotations?.[INSTALLATION_ANNOTATION];
  return { uid, namespace, ...(installation !== undefined && { installation }) };
}

/**
 * The very object, or one that was made anew in its place: `helm uninstall` and GitOps delete policies and make them
 * again, while the controller's Lease stays. Of another cluster both are others.
 */
export const isSameHome = (a: Home, b: Home): boolean =>
  a.uid === b.uid || (a.installation !== undefined && a.installation === b.installation && a.namespace === b.namespace);

/** The UIDs by which a policy can adopt what was made there. */
export const uidsOf = ({ uid, installation }: Home): string[] =>
  installation === undefined ? [uid] : [installation, uid];

export const homeInWords = ({ uid, namespace, installation }: Home): string =>
  `namespace ${namespace} of ${installation === undefined ? `the policy with the UID ${uid}` : `installation ${installation}`}`;
