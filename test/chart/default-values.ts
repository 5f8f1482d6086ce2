import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART } from './helm.ts';

export type Values = Readonly<Record<string, unknown>>;

export const DEFAULTS = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8')) as Values;

/** As Helm puts values over others: maps key by key, all else whole. */
export function merged(one: Values, other: Values): Values {
  const both = Object.entries(other).map(([key, value]) => {
    const under = one[key];
    return [key, isMap(under) && isMap(value) ? merged(under, value) : value];
  });
  return { ...one, ...Object.fromEntries(both) };
}

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);
