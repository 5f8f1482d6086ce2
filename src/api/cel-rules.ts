import type { z } from 'zod';

/**
 * Rules about more than one field. The API server checks them by CEL when a policy is applied, so that no webhook is
 * needed and can be down; the job checks the same ones by a function, so that a policy means the same in both places.
 */
export interface CelRule {
  /** CEL over `self`; a rule that names `oldSelf` is checked at updates only. */
  readonly rule: string;
  /** Follows the field's path in kubectl's and in the job's sentence alike: "spec.source: needs exactly one of …". */
  readonly message: string;
  /** Where the fault is, from the field that carries the rule: `.destination.dropbox`. */
  readonly fieldPath?: string;
}

export interface Rule<T> extends CelRule {
  readonly holds: (value: T) => boolean;
}

/** The keyword under which a CRD carries rules; zod copies it from a schema's metadata into its JSON schema. */
export const VALIDATIONS = 'x-kubernetes-validations';

/** The schema with rules that both the job and the API server check. */
export function withRules<S extends z.ZodType>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  const checked = schema.superRefine((value, context) => {
    for (const { holds, message, fieldPath } of rules) {
      if (holds(value as z.output<S>)) continue;
      context.addIssue({ code: 'custom', message, path: fieldPath?.split('.').slice(1) ?? [] });
    }
  });
  return inCluster(
    checked,
    rules.map(({ holds: _, ...rule }) => rule),
  );
}

/** The schema with rules for the API server alone, added to those that it has: what was there before, or a coarser check. */
export function inCluster<S extends z.ZodType>(schema: S, rules: readonly CelRule[]): S {
  const before = (schema.meta()?.[VALIDATIONS] ?? []) as readonly CelRule[];
  return schema.meta({ [VALIDATIONS]: [...before, ...rules] });
}
