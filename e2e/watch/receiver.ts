import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { NODE_ADDRESS } from '../cluster/places.ts';

/** An alert as Alertmanager's webhook told it, and when that came. */
export interface Notice {
  readonly at: Date;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Receiver {
  /** For Alertmanager's webhook_configs, from any pod. */
  readonly url: string;
  /** Everything that came, oldest first. An alert that goes on is told again with each change of its group. */
  readonly notices: readonly Notice[];
}

/** Whom Alertmanager tells: it listens as long as this process lives. */
export async function startReceiver(): Promise<Receiver> {
  const notices: Notice[] = [];
  const server = createServer(async (request, response) => {
    const { alerts } = (await json(request)) as { alerts: Omit<Notice, 'at'>[] };
    const at = new Date();
    for (const { status, labels, annotations } of alerts) notices.push({ at, status, labels, annotations });
    response.end();
  });
  server.listen(0, NODE_ADDRESS).unref();
  await once(server, 'listening');
  return { url: `http://${NODE_ADDRESS}:${(server.address() as AddressInfo).port}/`, notices };
}
