import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane.ts';
import { freePorts } from './free-ports.ts';

/** An HTTPS server with a certificate of the cluster's authority, that can be away and come back at its address. */
export interface PausableServer {
  readonly url: string;
  pause(): Promise<void>;
  resume(): Promise<void>;
  connections(): number;
  connectionsSoFar(): number;
}

export async function listenTls(plane: ControlPlane, onRequest: RequestListener): Promise<PausableServer> {
  const [port = 0] = await freePorts(1);
  const pem = (file: string): string => readFileSync(join(plane.folder, 'certificates', file), 'utf8');
  const certificate = { key: pem('proxy.key'), cert: pem('proxy.crt') };
  const sockets = new Set<Socket>();
  let sofar = 0;
  let server: Server | undefined;

  async function resume(): Promise<void> {
    if (server !== undefined) return;
    server = createServer(certificate, onRequest);
    // A client under test keeps connections for as long as it likes, as with the real server.
    server.keepAliveTimeout = 0;
    server.requestTimeout = 0;
    server.on('connection', (socket: Socket) => {
      sofar++;
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    // Clients that break off during the handshake are part of the play.
    server.on('tlsClientError', () => undefined);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }
  await resume();
  return {
    url: `https://127.0.0.1:${port}`,
    resume,
    async pause() {
      const paused = server;
      if (paused === undefined) return;
      server = undefined;
      const closed = once(paused, 'close');
      paused.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    connections: () => sockets.size,
    connectionsSoFar: () => sofar,
  };
}
