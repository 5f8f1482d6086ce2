import { z } from 'zod';
import { clip } from './clip.ts';

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
  'GuardsActive',
  'BackupsIntact',
  'QuotaSufficient',
  'CredentialsValid',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** Bytes of a message, of a condition or of a run; the API server counts characters, which are no more. */
export const MESSAGE_BYTES = 1024;

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
  message: z.string().max(MESSAGE_BYTES).describe('One sentence for people.'),
});
export type Condition = z.infer<typeof conditionSchema>;

/** A condition as a check judges it, before it is known since when. */
export interface Judgement {
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

/**
 * A judgement that the API server takes, and gives back unchanged: half a character would come back as another one, and
 * every look at the policy would find a difference and write it.
 */
export const judged = (status: ConditionStatus, reason: string, message: string): Judgement => ({
  status,
  reason,
  message: clip(message.toWellFormed(), MESSAGE_BYTES),
});

export type Judgements = Readonly<Record<ConditionType, Judgement>>;

/**
 * The conditions in their fixed order. The transition time of one whose status has not changed is kept, and so is what a
 * newer release says of it beyond what this one knows.
 */
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
    return { ...known, type, status, observedGeneration, lastTransitionTime, reason, message };
  });
}

/** Kubernetes' times have seconds; a fraction would come back changed and look like a difference. */
export function wholeSecond(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
