import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the range that Linux takes the ports of outgoing connections from (32768 up): a port of this one stays ours
 * while its server is down, so that it can come back at the same address.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Ports of loopback that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  for (let tries = 0; ports.size < count; tries++) {
    if (tries > 1_000) throw new Error(`found no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const listening = Promise.withResolvers<boolean>();
  probe.once('listening', () => listening.resolve(true));
  probe.once('error', () => listening.resolve(false));
  probe.listen(port, '127.0.0.1');
  const free = await listening.promise;
  if (free) {
    probe.close();
    await once(probe, 'close');
  }
  return free;
}
