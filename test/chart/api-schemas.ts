import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiClient } from '../cluster/api-client.ts';
import { until } from '../cluster/until.ts';

/** A schema of OpenAPI 3 as the API server gives it out, or the JSON schema that is made of it. */
type Schema = Readonly<Record<string, unknown>>;
type Schemas = Readonly<Record<string, Schema>>;

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const KINDS = 'x-kubernetes-group-version-kind';

/** What would make kubeconform look up other things than the shape of an object. */
const LEFT_OUT = new Set(['default', 'description', 'nullable', 'format', 'example', 'externalDocs']);

/**
 * Writes what an API server serves, its CRDs among it, as JSON schemas for kubeconform, closed: a field that the server
 * does not know is refused. Returns kubeconform's -schema-location. `kinds` are waited for: what a CRD defines is given
 * out a moment after it is served.
 */
export async function writeApiSchemas(api: ApiClient, folder: string, kinds: readonly string[]): Promise<string> {
  const wanted = (all: ReadonlyMap<string, object>): boolean => kinds.every((kind) => all.has(kind));
  const schemas = await until(`the schemas of ${kinds.join(', ')}`, async () => {
    const all = await readSchemas(api);
    return wanted(all) && all;
  });
  mkdirSync(folder, { recursive: true });
  for (const [name, schema] of schemas) writeFileSync(join(folder, `${name}.json`), JSON.stringify(schema));
  return join(folder, '{{.ResourceKind}}-{{.Group}}-{{.ResourceAPIVersion}}.json');
}

/** By kubeconform's name for the kind; the group of Kubernetes' core is its version there: `pod-v1-v1`. */
async function readSchemas(api: ApiClient): Promise<Map<string, object>> {
  const { paths } = await api.get<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3');
  const schemas = new Map<string, object>();
  for (const { serverRelativeURL } of Object.values(paths)) {
    const { components } = await api.get<{ components?: { schemas?: Schemas } }>(serverRelativeURL);
    const all = components?.schemas ?? {};
    for (const schema of Object.values(all))
      for (const kind of objectKinds(schema)) schemas.set(nameOf(kind), whole(schema, kind, all));
  }
  return schemas;
}

const nameOf = ({ group, version, kind }: Kind): string => `${kind.toLowerCase()}-${group || version}-${version}`;

/** Of an object that can be applied; lists and options have no metadata of an object. */
function objectKinds(schema: Schema): readonly Kind[] {
  const kinds = (schema[KINDS] ?? []) as readonly Kind[];
  const properties = schema['properties'] as Schemas | undefined;
  return properties?.['metadata'] === undefined ? [] : kinds.filter(({ kind }) => !kind.endsWith('List'));
}

/** With all that it refers to. A reference stays one: what describes a schema refers to itself. */
function whole(schema: Schema, { group, version, kind }: Kind, all: Schemas): object {
  const referred = new Set<string>();
  const root = closed(schema, referred);
  const definitions: Record<string, object> = {};
  // The set grows while it is walked.
  for (const name of referred) definitions[name] = closed(all[name] ?? {}, referred);
  const required = new Set([...((schema['required'] ?? []) as string[]), 'apiVersion', 'kind']);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...root,
    properties: {
      ...(root['properties'] as object),
      apiVersion: { enum: [group === '' ? version : `${group}/${version}`] },
      kind: { enum: [kind] },
    },
    required: [...required],
    definitions,
  };
}

function closed(schema: Schema, referred: Set<string>): Schema {
  const reference = referenceOf(schema);
  if (reference !== undefined) {
    referred.add(reference);
    return { $ref: `#/definitions/${reference}` };
  }
  if (schema['x-kubernetes-int-or-string'] === true || schema['format'] === 'int-or-string')
    return { type: ['integer', 'string'] };
  const entries = Object.entries(schema)
    .filter(([key]) => !key.startsWith('x-') && !LEFT_OUT.has(key))
    .map(([key, value]) => [key, closedPart(key, value, schema, referred)] as const);
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || 'additionalProperties' in schema;
  return {
    ...Object.fromEntries(entries),
    ...('properties' in schema && !isOpen ? { additionalProperties: false } : {}),
  };
}

function closedPart(key: string, value: unknown, schema: Schema, referred: Set<string>): unknown {
  const isSchema = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (key === 'properties') {
    const required = new Set((schema['required'] ?? []) as string[]);
    return Object.fromEntries(
      Object.entries(value as Schemas).map(([name, property]) => {
        const made = closed(property, referred);
        return [name, required.has(name) ? made : orNull(made)];
      }),
    );
  }
  if (['additionalProperties', 'items', 'not'].includes(key) && isSchema) return closed(value as Schema, referred);
  if (['anyOf', 'oneOf', 'allOf'].includes(key)) return (value as Schema[]).map((each) => closed(each, referred));
  return value;
}

function referenceOf(schema: Schema): string | undefined {
  const all = schema['allOf'] as readonly Schema[] | undefined;
  const reference = schema['$ref'] ?? (all?.length === 1 ? all[0]?.['$ref'] : undefined);
  return typeof reference === 'string' ? reference.split('/').at(-1) : undefined;
}

/** The server takes null for a field that is not there. */
function orNull(schema: Schema): Schema {
  const type = schema['type'];
  if (type !== undefined) return { ...schema, type: [type, 'null'].flat() };
  return '$ref' in schema ? { anyOf: [schema, { type: 'null' }] } : schema;
}
