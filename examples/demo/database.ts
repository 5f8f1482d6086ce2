import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** An embedded Postgres on loopback, in memory: it takes some seconds to start and leaves nothing behind. */
export interface DemoDatabase {
  readonly url: string;
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export async function startDatabase(): Promise<DemoDatabase> {
  const db = await PGlite.create();
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 10 });
  await server.start();
  return {
    url: `postgresql://postgres@${server.getServerConn()}/postgres?sslmode=disable`,
    rows: async (sql) => (await db.query<Record<string, unknown>>(sql)).rows,
    async close() {
      await server.stop();
      await db.close();
    },
  };
}
