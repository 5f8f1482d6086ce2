import { Socket } from 'node:net';
import Client from 'pg/lib/client.js';
import { type DatabaseUrl, invalid } from './database-url.ts';

export type Query = (text: string, values?: readonly unknown[]) => Promise<Result>;

export interface Result {
  readonly rows: readonly Record<string, unknown>[];
  /** Rows that the statement inserted, updated or returned. */
  readonly count: number;
}

/** One connection. After any error it is of no use: close it (which rolls back) and open another. */
export interface Connection {
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
/** How much longer than the server we wait for its answer, before we call the connection dead. */
const GRACE_MS = 5_000;
const CLOSE_MS = 2_000;

/**
 * Keeps to what a transaction pooler allows: nothing outlives a transaction (SET LOCAL, no named statements, no
 * LISTEN), and the startup packet holds no setting but application_name, because PgBouncer refuses connections with
 * others. https://www.pgbouncer.org/config.html (ignore_startup_parameters)
 */
export async function connect(database: DatabaseUrl, statementMs: number, signal?: AbortSignal): Promise<Connection> {
  const socket = new Socket();
  const cut = (): void => void socket.destroy();
  signal?.addEventListener('abort', cut, { once: true });
  const client = createClient(database, socket, statementMs);
  // Between two calls there is nobody to throw to; the next call does it.
  let fault: Error | undefined;
  client.on('error', (error) => {
    fault = error;
  });

  const query: Query = async (text, values) => {
    if (fault) throw fault;
    const result = await client.query(text, values ? [...values] : undefined);
    return { rows: result.rows, count: result.rowCount ?? 0 };
  };

  const close = async (): Promise<void> => {
    // A server that is gone never answers the farewell.
    const timer = setTimeout(() => socket.destroy(), CLOSE_MS);
    try {
      await client.end();
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cut);
    }
  };

  try {
    await client.connect();
  } catch (error) {
    socket.destroy();
    signal?.removeEventListener('abort', cut);
    throw error;
  }
  return {
    async transaction(work) {
      await query(`BEGIN; SET LOCAL statement_timeout = ${statementMs}`);
      const value = await work(query);
      await query('COMMIT');
      return value;
    },
    close,
  };
}

function createClient(database: DatabaseUrl, socket: Socket, statementMs: number): Client {
  try {
    return new Client({
      ...database.config,
      stream: () => socket,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: statementMs + GRACE_MS,
      keepAlive: true,
    });
  } catch {
    // The driver's errors quote parts of the URL, and file names of certificates: a sentence of ours must do.
    throw invalid('is refused by the driver', 'check sslmode and that the files of sslrootcert, sslcert, sslkey exist');
  }
}
