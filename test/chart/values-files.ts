import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import pLimit from 'p-limit';
import { parse } from 'yaml';
import { CHART } from './helm.ts';
import { randomValues } from './random-values.ts';
import { EVERY_API, RenderRefused, renderText } from './render.ts';

export interface ValuesFile {
  readonly name: string;
  readonly values: object;
}

/** The defaults, and what charts/case-backup/ci has for those who test a chart without knowing it. */
export function givenValuesFiles(): ValuesFile[] {
  const files = globSync(join(CHART, 'ci/*-values.yaml')).sort();
  return [
    { name: 'default values', values: {} },
    ...files.map((file) => ({ name: basename(file), values: (parse(readFileSync(file, 'utf8')) ?? {}) as object })),
  ];
}

/**
 * `count` random values files that the chart renders. Some are refused by the chart itself, for keys that do not go
 * together; by the schema none may be, since they are drawn from it.
 */
export async function randomValuesFiles(count: number, seed: number): Promise<ValuesFile[]> {
  const drawn = fc.sample(randomValues(), { seed, numRuns: 3 * count });
  const limit = pLimit(availableParallelism());
  const tried = await Promise.all(
    drawn.map((values, i) => limit(async () => ({ name: `random ${i}`, values, renders: await isRendered(values) }))),
  );
  const files = tried.filter(({ renders }) => renders).slice(0, count);
  if (files.length < count) throw new Error(`only ${files.length} of ${drawn.length} random values files are rendered`);
  return files;
}

async function isRendered(values: object): Promise<boolean> {
  try {
    await renderText(values, { apiVersions: EVERY_API });
    return true;
  } catch (error) {
    const isChart = error instanceof RenderRefused && error.message.includes('execution error at');
    if (isChart) return false;
    throw new Error(`random values are refused: ${JSON.stringify(values)}`, { cause: error });
  }
}
