import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Emulator } from '../../test/dropbox/emulator.ts';
import type { FaultRule } from '../../test/dropbox/faults.ts';
import type { Settings } from '../../test/dropbox/world.ts';

/** A fault as it can be sent: of calls that name this path or one below it. */
export type FaultOrder = Pick<FaultRule, 'route' | 'times' | 'effect'> & { readonly below: string };

/** What a test wants of the emulator in the pod. Faults take the place of those that had the same name. */
export type Order =
  | { readonly name: string; readonly faults: readonly FaultOrder[] }
  | { readonly settings: Partial<Settings> };

/** Takes orders as JSON, and answers when they hold. */
export function takeOrders({ faults, settings }: Emulator, port: number, host: string): Server {
  const standing = new Map<string, (() => void)[]>();
  const server = createServer(async (request, response) => {
    const order = (await json(request)) as Order;
    if ('settings' in order) Object.assign(settings, order.settings);
    else {
      for (const remove of standing.get(order.name) ?? []) remove();
      standing.set(
        order.name,
        order.faults.map(({ below, ...rule }) => faults.add({ ...rule, path: startOf(below) })),
      );
    }
    response.end();
  });
  return server.listen(port, host);
}

const startOf = (path: string): RegExp => new RegExp(`^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'i');
