import { z } from 'zod';
import { INSTALLATION_ANNOTATION } from '../api/kubernetes-names.ts';
import type { Policy } from '../api/policy.ts';

/** Which of all policies of one name a run was of, as far as its cluster said so. */
export const homeSchema = z.object({
  /** Of the policy as the cluster has it. */
  uid: z.string(),
  namespace: z.string(),
  /** Of the controller's Lease, which outlives policies and the controller itself. */
  installation: z.string().optional(),
});
export type Home = z.infer<typeof homeSchema>;

/** Undefined by hand, where a policy is a file that lies anywhere. */
export function homeOf({ metadata }: Policy): Home | undefined {
  const { uid, namespace = '', annotations } = metadata;
  if (!uid) return undefined;
  const installation = annotations?.[INSTALLATION_ANNOTATION];
  return { uid, namespace, ...(typeof installation === 'string' && { installation }) };
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

/** Where a policy of one name is, by what outlives it if that is known. */
export const placeOf = ({ uid, namespace, installation = uid }: Home): string => `${installation}/${namespace}`;

export const homeInWords = ({ uid, namespace, installation }: Home): string =>
  `namespace ${namespace} of ${installation === undefined ? `the policy with the UID ${uid}` : `installation ${installation}`}`;
