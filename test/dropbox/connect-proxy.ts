import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxy {
  /** What goes into HTTPS_PROXY. */
  readonly url: string;
  /** `host:port` of every CONNECT so far. */
  readonly targets: readonly string[];
  close(): Promise<void>;
}

/**
 * An HTTP proxy that leads every CONNECT to one local port, whatever host was asked for: clients without a setting for
 * the service's host reach the emulator unchanged, and nothing reaches the network. It listens on loopback unless told.
 */
export async function startConnectProxy(targetPort: number, port = 0, host = '127.0.0.1'): Promise<ConnectProxy> {
  const sockets = new Set<Socket>();
  const targets: string[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(405).end('only CONNECT is proxied');
  });
  server.on('connect', (request, client: Socket, head: Buffer) => {
    targets.push(request.url ?? '');
    const target = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client).pipe(target);
    });
    for (const [socket, other] of [
      [client, target],
      [target, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject);
  server.listen(port, host, listening.resolve);
  await listening.promise;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of sockets) socket.destroy();
      await closed.promise;
    },
  };
}
