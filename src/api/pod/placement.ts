import { z } from 'zod';
import { withRules } from '../cel-rules.ts';
import { ARE_FREE, annotationValue, KEY_LENGTH, keyed, labelValue } from './keys.ts';

/**
 * What a policy's author and the operator of the cluster may both say of a job's pod: on which nodes it runs, before
 * which other pods, and how it is marked. Nothing here is about what the pod may do.
 */
const objectName = z.string().min(1).max(253);
const key = z.string().min(1).max(KEY_LENGTH);

/** Too deep to be repeated here; the API server judges it when the CronJob is applied. */
const anything = z.record(z.string(), z.unknown());

const toleration = z
  .strictObject({
    key: key.optional().describe('Key of the taint; with none, and operator Exists, every taint.'),
    operator: z
      .enum(['Exists', 'Equal'])
      .optional()
      .describe('Equal (if not given) compares the value too, Exists only the key.'),
    value: labelValue.optional().describe('Value of the taint.'),
    effect: z
      .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
      .optional()
      .describe('Effect of the taint; with none, every effect.'),
    tolerationSeconds: z
      .int()
      .min(0)
      .max(604_800)
      .optional()
      .describe('With NoExecute: how long a pod that runs already may stay.'),
  })
  .describe('A taint that the pod tolerates.');

const spread = z
  .strictObject({
    maxSkew: z.int().min(1).max(1000).describe('How many more pods one part may have than another.'),
    topologyKey: key.describe('Label of nodes that tells the parts apart, such as topology.kubernetes.io/zone.'),
    whenUnsatisfiable: z
      .enum(['DoNotSchedule', 'ScheduleAnyway'])
      .describe('Whether a pod that fits nowhere waits, or runs all the same.'),
    labelSelector: anything.optional().describe('Which pods are counted, as in every Kubernetes selector.'),
    matchLabelKeys: z
      .array(key)
      .max(16)
      .optional()
      .describe('Labels whose values the counted pods must share with this one.'),
    minDomains: z.int().min(1).max(1000).optional().describe('How many parts there must be at least.'),
    nodeAffinityPolicy: z
      .enum(['Honor', 'Ignore'])
      .optional()
      .describe("Whether nodes outside of the pod's affinity count."),
    nodeTaintsPolicy: z.enum(['Honor', 'Ignore']).optional().describe('Whether nodes with taints count.'),
  })
  .describe('One way in which the pods are spread.');

export const placement = {
  labels: withRules(keyed(labelValue, 32), [ARE_FREE])
    .optional()
    .describe('Labels of the pod. Those of Kubernetes and case-backup are refused.'),
  annotations: withRules(keyed(annotationValue, 32), [ARE_FREE])
    .optional()
    .describe('Annotations of the pod. Those of Kubernetes and case-backup are refused.'),
  nodeSelector: keyed(labelValue, 16).optional().describe('Labels that a node must have.'),
  tolerations: z.array(toleration).max(32).optional().describe('Taints of nodes that do not keep the pod away.'),
  affinity: anything
    .optional()
    .describe('Nodes and pods to be near to or far from, as in a pod; judged when the CronJob is applied.'),
  topologySpreadConstraints: z
    .array(spread)
    .max(8)
    .optional()
    .describe('How the pods are spread over zones, nodes and the like.'),
  priorityClassName: objectName
    .optional()
    .describe('PriorityClass of the pod: which pods give way when room is short.'),
  runtimeClassName: objectName.optional().describe('RuntimeClass of the pod, such as a sandbox.'),
};

/** spec.job.pod. */
export const policyPod = z
  .strictObject(placement)
  .optional()
  .describe(
    "Where the pods run and how they are marked. Where the cluster's operator says the same (controller --job-pod), that wins.",
  );

const placed = z.strictObject(placement);
export type Placement = z.output<typeof placed>;
export type Toleration = z.output<typeof toleration>;
