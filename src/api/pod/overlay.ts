import { z } from 'zod';
import { placement } from './placement.ts';
import { variables } from './variables.ts';

/**
 * What the operator of a cluster adds to the pod of every job, from the file after `controller --job-pod`. There are no
 * other fields: what a pod may do, which image it runs and what it mounts is not the file's to say.
 */
export const podOverlaySchema = z
  .strictObject({
    env: variables.optional().describe('Plain variables: HTTPS_PROXY, NO_PROXY, TZ and the like.'),
    caBundle: z
      .strictObject({
        configMap: z.string().min(1).max(253).describe('ConfigMap in the namespace of each policy.'),
        key: z.string().min(1).max(253).default('ca.crt').describe('Key with the certificates in PEM.'),
      })
      .optional()
      .describe("Authorities that the jobs trust besides Node's own."),
    imagePullSecrets: z
      .array(z.strictObject({ name: z.string().min(1).max(253).describe('Name of the Secret.') }))
      .max(16)
      .optional()
      .describe("Secrets for the image's registry, in the namespace of each policy."),
    ...placement,
  })
  .describe("What is added to every job's pod.");

export type PodOverlay = z.output<typeof podOverlaySchema>;
