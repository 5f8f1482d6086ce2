import { type AddressInfo, connect, createServer } from 'node:net';

/** Stands before a server, and lets each connection wait before anything passes. */
export interface Relay {
  readonly origin: string;
  onConnection(wait: () => Promise<void>): void;
  close(): void;
}

export async function startRelay(origin: string): Promise<Relay> {
  let wait: () => Promise<void> = async () => undefined;
  const server = createServer({ pauseOnConnect: true }, async (client) => {
    client.on('error', () => undefined);
    await wait();
    const to = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => client.destroy());
    client.on('close', () => to.destroy());
    client.pipe(to).pipe(client);
    client.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onConnection(next) {
      wait = next;
    },
    close: () => void server.close(),
  };
}
