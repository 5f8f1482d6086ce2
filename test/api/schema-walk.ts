import type { StructuralSchema } from '../../src/api/structural-schema.ts';

/** Everything below a structural schema with its path, items of lists as `path[]`, values of maps as `path.*`. */
export function* walk(path: string, schema: StructuralSchema): Generator<[path: string, schema: StructuralSchema]> {
  yield [path, schema];
  for (const [name, field] of Object.entries(schema.properties ?? {})) yield* walk(`${path}.${name}`, field);
  if (schema.items) yield* walk(`${path}[]`, schema.items);
  if (schema.additionalProperties) yield* walk(`${path}.*`, schema.additionalProperties);
}

/** The values that a path of walk() leads to in an object: one of each list item that has it. */
export function valuesAt(object: unknown, path: string): unknown[] {
  return path
    .split('.')
    .slice(1)
    .reduce<unknown[]>(
      (values, step) => {
        const [, name = '', lists = ''] = /^([^[]*)((?:\[\])*)$/.exec(step) ?? [];
        const found = values.map((value) => (value as Record<string, unknown>)[name]).filter((v) => v !== undefined);
        return lists === '' ? found : found.flat();
      },
      [object],
    );
}

/** What the API server makes of what an author wrote: fields that are not given get their defaults, from the top down. */
export function withDefaults(value: unknown, schema: StructuralSchema): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    filled[name] ??= field.default;
    if (filled[name] === undefined) delete filled[name];
    else filled[name] = withDefaults(filled[name], field);
  }
  return filled;
}
