import { clip } from '../api/clip.ts';
import type { OpenApiSchema } from '../kube/client.ts';

/**
 * What a schema of ours knows and the served one does not, each as a path: `status.quota`, `status.conditions[].type
 * Verified`. Helm never upgrades a CRD, so a controller that is newer than its CRD is an ordinary Tuesday.
 */
export function gapsOf(ours: OpenApiSchema, served: OpenApiSchema, path = ''): string[] {
  const fields = Object.entries(ours.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const its = served.properties?.[name];
    return its ? gapsOf(field, its, at) : [at];
  });
  const items = ours.items ? gapsOf(ours.items, served.items ?? {}, `${path}[]`) : [];
  const most = served.maxItems ?? served.maxLength ?? Number.POSITIVE_INFINITY;
  const isNarrow = most < (ours.maxItems ?? ours.maxLength ?? 0);
  const words = served.enum ? (ours.enum ?? []).filter((word) => !served.enum?.includes(word)) : [];
  return [
    ...fields,
    ...items,
    ...words.map((word) => `${path} ${word}`),
    ...(isNarrow ? [`${path} beyond ${most}`] : []),
  ];
}

/**
 * As much of a value as the schema takes, or undefined where it takes none of it. The server refuses a status whole for
 * one field or word that it does not know, and a backup that nobody is told of is the worse for it.
 */
export function fitted(value: unknown, schema: OpenApiSchema): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => fitted(item, schema.items ?? {})).filter((item) => item !== undefined);
    return items.slice(0, schema.maxItems);
  }
  if (typeof value === 'object' && value !== null) return fittedGroup(value, schema);
  if (schema.enum && !schema.enum.includes(value)) return undefined;
  return typeof value === 'string' && schema.maxLength !== undefined ? clip(value, schema.maxLength) : value;
}

function fittedGroup(group: object, { properties, required = [] }: OpenApiSchema): object | undefined {
  if (!properties) return group;
  const known = Object.entries(group).flatMap(([name, field]) => {
    const its = properties[name];
    const kept = its && fitted(field, its);
    return kept === undefined ? [] : [[name, kept] as const];
  });
  const names = new Set(known.map(([name]) => name));
  return required.every((name) => names.has(name)) ? Object.fromEntries(known) : undefined;
}
