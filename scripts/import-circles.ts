/**
 * The circles among imports, each once, as the files along it from the first in alphabetical order back to itself. One
 * for each group of files that reach each other; biome's noImportCycles passes over imports of types.
 */
export function importCircles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const known = new Set<string>();
  for (const file of [...graph.keys()].sort()) {
    if (known.has(file)) continue;
    const circle = wayBack(graph, file);
    if (!circle) continue;
    for (const step of circle) known.add(step);
    circles.push(circle);
  }
  return circles;
}

/** The shortest way from a file's imports back to the file, breadth first; undefined where there is none. */
function wayBack(graph: ReadonlyMap<string, readonly string[]>, start: string): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const next of graph.get(file) ?? []) {
      if (next === start) return [...wayTo(file, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(file: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let step: string | undefined = file; step !== undefined; step = cameFrom.get(step)) way.unshift(step);
  return way;
}
