import type { IncomingMessage } from 'node:http';
import type { ListPage } from '../client.ts';
import { KubeError } from '../kube-error.ts';
import { createListSplitter } from './split-list.ts';

/** A page of a list, item by item. `what` names the call in errors. */
export async function readList<T>(
  what: string,
  body: IncomingMessage,
  keep: (item: T) => T = (item) => item,
): Promise<ListPage<T>> {
  const items: T[] = [];
  const splitter = createListSplitter((json) => items.push(keep(parseAnswer<T>(what, json))));
  body.setEncoding('utf8');
  for await (const piece of body) splitter.push(piece);
  const { metadata } = parseAnswer<{
    readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  }>(what, splitter.rest());
  const { resourceVersion, continue: next } = metadata;
  return { items, resourceVersion, ...(next ? { continue: next } : {}) };
}

export function parseAnswer<T>(what: string, text: string): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KubeError('Unreadable', `can't ${what}: the answer is no JSON`, { cause });
  }
}
