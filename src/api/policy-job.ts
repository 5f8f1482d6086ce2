import { z } from 'zod';
import { policyPod } from './pod/placement.ts';

const NO_QUANTITY = 'must be a quantity such as 500m, 2 or 256Mi';

/**
 * A number is taken for a quantity too, since YAML makes one of `cpu: 1`; Kubernetes does the same. Without CEL, which
 * before Kubernetes 1.34 does not know how long the text may be, and takes the rule for 8.6 times too dear.
 */
const quantity = z.union(
  [
    z
      .string()
      .max(32)
      .regex(/^[0-9]+([.][0-9]+)?([numkMGTPE]|[KMGTPE]i|[eE][0-9]{1,2})?$/, NO_QUANTITY),
    z.int().min(0, NO_QUANTITY).transform(String),
  ],
  NO_QUANTITY,
);

const MOST_QUANTITIES = 16;

const quantities = z
  .record(z.string(), quantity)
  .refine((amounts) => Object.keys(amounts).length <= MOST_QUANTITIES, `must be at most ${MOST_QUANTITIES} quantities`)
  .meta({ maxProperties: MOST_QUANTITIES });

/** spec.job. */
export const job = z
  .strictObject({
    activeDeadlineSeconds: z
      .int()
      .min(300)
      .max(604_800)
      .default(21_600)
      .describe("The run's own deadline; it ends by itself with a report. The pod's comes two minutes later."),
    backoffLimit: z.int().min(0).max(10).default(2).describe('Retries of a failed run by the Job controller.'),
    successfulJobsHistoryLimit: z.int().min(0).max(50).default(3).describe('Finished Jobs kept.'),
    failedJobsHistoryLimit: z.int().min(0).max(50).default(5).describe('Failed Jobs kept.'),
    resources: z
      .strictObject({
        requests: quantities.optional().describe('Requested amounts, such as cpu: 500m.'),
        limits: quantities.optional().describe('Limits, such as memory: 512Mi.'),
      })
      .optional()
      .describe(
        "The job container's resources; a limit of 512Mi of memory unless given. How much is read ahead follows the limit; 256Mi is enough with the default transfer settings.",
      ),
    pod: policyPod,
  })
  .prefault({})
  .describe('How the Job behaves.');
