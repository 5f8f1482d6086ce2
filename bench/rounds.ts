/**
 * A B C, A B C, …: whatever else slows the machine down for a while hits all of them, and a ratio of two neighbours
 * says more than two rates from two minutes.
 */
export async function interleave<N extends string, R>(
  names: readonly N[],
  rounds: number,
  run: (name: N, round: number) => Promise<R>,
): Promise<ReadonlyMap<N, readonly R[]>> {
  const results = new Map<N, R[]>(names.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) results.get(name)?.push(await run(name, round));
  }
  return results;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** What the figures of a table are. */
export const medians = (rounds: number): string =>
  rounds === 1 ? 'One round.' : `Medians of ${rounds} rounds (lowest–highest).`;

/** `218 (199–255)`; one value stands alone. */
export function spread(values: readonly number[], digits: number): string {
  const middle = median(values).toFixed(digits);
  if (values.length < 2) return middle;
  return `${middle} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
}
