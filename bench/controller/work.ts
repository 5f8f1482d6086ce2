/** What a controller has done so far. */
export interface Work {
  /** Unix milliseconds of the last change. */
  readonly at: number;
  /** Looks at a policy that have ended. */
  readonly looks: number;
  /** Unix milliseconds of the first of them, the hundredth, the two hundredth, … */
  readonly looksAt: readonly number[];
  /** Requests by what they ask: `list jobs`, `apply casebackuppolicies/status`. */
  readonly calls: Readonly<Record<string, number>>;
}

export const LOOKS_APART = 100;
