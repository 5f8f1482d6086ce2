import { z } from 'zod';
import { placement } from './placement.ts';
import { variables } from './variables.ts';

/** As Kubernetes has it for objects and for the keys of a ConfigMap: the API server would refuse the pod's CronJob. */
const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be a name of lower-case letters, digits, - and .');
const configMapKey = z
  .string()
  .max(253)
  .regex(/^(?!\.\.)(?!\.$)[-.\w]+$/, 'must be a key of letters, digits, -, _ and .');

/**
 * What the operator of a cluster adds to the pod of every job, from the file after `controller --job-pod`. There are no
 * other fields: what a pod may do, which image it runs and what it mounts is not the file's to say.
 */
export const podOverlaySchema = z
  .strictObject({
    env: variables.optional().describe('Plain variables: HTTPS_PROXY, NO_PROXY, TZ and the like.'),
    caBundle: z
      .strictObject({
        configMap: objectName.describe('ConfigMap in the namespace of each policy.'),
        key: configMapKey.default('ca.crt').describe('Key with the certificates in PEM.'),
      })
      .optional()
      .describe("Authorities that the jobs trust besides Node's own."),
    imagePullSecrets: z
      .array(z.strictObject({ name: objectName.describe('Name of the Secret.') }))
      .max(16)
      .optional()
      .describe("Secrets for the image's registry, in the namespace of each policy."),
    fsGroup: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .optional()
      .describe('Group that all files of the mounted claims are handed to, for claims that belong to root.'),
    ...placement,
  })
  .describe("What is added to every job's pod.");

export type PodOverlay = z.output<typeof podOverlaySchema>;
