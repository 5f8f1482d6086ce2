import { z } from 'zod';

/**
 * What a policy's status says, each as one question with True, False or Unknown. Ready is about the policy (its CronJob
 * stands, the next run can happen); Fresh and Verified are about the data. They are apart on purpose: a failed or old
 * backup must not fail a Helm release, and "configured" must never read as "protected".
 */
export const CONDITION_TYPES = [
  'Ready',
  'Progressing',
  'LastRunSucceeded',
  'Fresh',
  'Verified',
  'RetentionEnforced',
  'QuotaSufficient',
  'CredentialsValid',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

export const CONDITION_STATUSES = ['True', 'False', 'Unknown'] as const;
export type ConditionStatus = (typeof CONDITION_STATUSES)[number];

export const conditionSchema = z.strictObject({
  type: z.enum(CONDITION_TYPES).describe('What the condition is about.'),
  status: z.enum(CONDITION_STATUSES).describe('True, False, or Unknown where nothing proves either.'),
  observedGeneration: z.int().min(0).describe('Generation of the policy that was judged.'),
  lastTransitionTime: z.iso.datetime().describe('When the status last changed.'),
  reason: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Z][A-Za-z0-9]*$/)
    .describe('One word for programs.'),
  message: z.string().max(1024).describe('One sentence for people.'),
});
export type Condition = z.infer<typeof conditionSchema>;

/** A condition as a check judges it, before it is known since when. */
export interface Judgement {
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}
export type Judgements = Readonly<Record<ConditionType, Judgement>>;

/** The conditions in their fixed order; the transition time of one whose status has not changed is kept. */
export function conditionsFrom(
  judgements: Judgements,
  before: readonly Condition[],
  observedGeneration: number,
  now: Date,
): Condition[] {
  return CONDITION_TYPES.map((type) => {
    const { status, reason, message } = judgements[type];
    const known = before.find((condition) => condition.type === type);
    const lastTransitionTime = known?.status === status ? known.lastTransitionTime : wholeSecond(now);
    return { type, status, observedGeneration, lastTransitionTime, reason, message };
  });
}

/** Kubernetes' times have seconds; a fraction would come back changed and look like a difference. */
export function wholeSecond(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
