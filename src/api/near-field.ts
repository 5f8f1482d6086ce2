/** Most letters that a name may have too much, too few or changed: short names are all near to each other. */
const mostChanges = (name: string): number => Math.min(3, Math.floor(name.length / 3));

/**
 * The field that an author may have meant by a name that is none: written in another way, mistyped, or put at another
 * place. `paths` are all fields there are, as `spec.retention.keepDays`; so is `path`, the one that is not.
 */
export function nearField(path: string, paths: readonly string[]): string | undefined {
  const [parent, name] = split(path);
  const beside = paths.filter((other) => split(other)[0] === parent).map((other) => split(other)[1]);
  const spelled = beside.find((other) => letters(other) === letters(name));
  if (spelled !== undefined) return spelled;
  const elsewhere = paths.filter((other) => letters(split(other)[1]) === letters(name));
  if (elsewhere.length === 1) return elsewhere[0];
  const near = beside
    .map((other) => ({ other, changes: distance(letters(name), letters(other)) }))
    .filter(({ changes }) => changes <= mostChanges(name))
    .sort((a, b) => a.changes - b.changes);
  return near[0]?.other;
}

function split(path: string): [parent: string, name: string] {
  const dot = path.lastIndexOf('.');
  return [path.slice(0, Math.max(0, dot)), path.slice(dot + 1)];
}

/** `keep_days`, `keep-days` and `KeepDays` are one word. */
const letters = (name: string): string => name.replace(/[_\s-]/g, '').toLowerCase();

/** How many letters have to be put in, taken out, changed or swapped with their neighbour. */
function distance(a: string, b: string): number {
  // A name beyond any field's is near to none, and would take its length squared.
  if (Math.abs(a.length - b.length) > 3) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : changed;
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed, swapped);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
