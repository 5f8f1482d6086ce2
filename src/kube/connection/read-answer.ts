import type { IncomingMessage } from 'node:http';
import type { ListPage, OpenApiSchema } from '../client.ts';
import { KubeError } from '../kube-error.ts';
import type { Resource } from '../objects.ts';
import { createListSplitter } from './split-list.ts';

/** A page of a list, item by item. `what` names the call in errors. */
export async function readList<T, Raw>(
  what: string,
  body: IncomingMessage,
  keep: (item: Raw) => T,
): Promise<ListPage<T>> {
  const items: T[] = [];
  const splitter = createListSplitter((json) => items.push(keep(parseAnswer<Raw>(what, json))));
  body.setEncoding('utf8');
  for await (const piece of body) splitter.push(piece);
  const { metadata } = parseAnswer<{
    readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  }>(what, splitter.rest());
  const { resourceVersion, continue: next } = metadata;
  return { items, resourceVersion, ...(next ? { continue: next } : {}) };
}

/** The schema of a resource's objects in an OpenAPI v3 document of its group and version. */
export function schemaIn(document: OpenApiDocument, { group, version, kind }: Resource): OpenApiSchema | undefined {
  const schemas = Object.values(document.components?.schemas ?? {});
  return schemas.find((schema) =>
    schema['x-kubernetes-group-version-kind']?.some(
      (its) => its.group === group && its.version === version && its.kind === kind,
    ),
  );
}

interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, OpenApiSchema & Described>> };
}

interface Described {
  readonly 'x-kubernetes-group-version-kind'?: readonly Pick<Resource, 'group' | 'version' | 'kind'>[];
}

export function parseAnswer<T>(what: string, text: string): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubeError('Unreadable', `can't ${what}: the answer is no JSON`, { cause });
  }
}
