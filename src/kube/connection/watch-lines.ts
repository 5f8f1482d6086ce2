import type { IncomingMessage } from 'node:http';
import type { WatchEvent } from '../client.ts';
import { KubeError } from '../kube-error.ts';
import type { KubeObject } from '../objects.ts';
import { statusError } from './call-errors.ts';

interface Line {
  readonly type: string;
  readonly object: KubeObject & { readonly code?: number; readonly reason?: string; readonly message?: string };
}

/** Reads a watch to its end, a JSON object a line. An ERROR line is thrown as the error it describes. */
export async function readWatch<T extends KubeObject>(
  what: string,
  body: IncomingMessage,
  on: (event: WatchEvent<T>) => void,
): Promise<void> {
  body.setEncoding('utf8');
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') on(parseLine<T>(what, line));
  }
  if (rest !== '') throw new KubeError('Unreadable', `can't ${what}: the watch ended within a line`);
}

function parseLine<T extends KubeObject>(what: string, line: string): WatchEvent<T> {
  let event: Line;
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw new KubeError('Unreadable', `can't ${what}: a line of the watch is no JSON`, { cause });
  }
  if (event.type === 'ERROR') throw statusError(what, event.object.code ?? 500, event.object);
  return event as unknown as WatchEvent<T>;
}
