import { Client, type QueryResult } from 'pg';
import type { Journal } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/postgres.ts';
import { startPglite, startPostgres15, TEST_PASSWORD, type TestPostgres } from '../support/postgres.ts';
import { fakeClock } from './fake-clock.ts';

export const ENGINES = { 'Postgres 15': startPostgres15, PGlite: startPglite };

/** app_owner owns the table; two jobs write with logins of their own; a person administers; a stranger has nothing. */
const LOGINS = ['writer_a', 'writer_b', 'case_person', 'stranger'];

/** A server with the logins of an office, and ways to act as any of them that work on both engines. */
export interface Database {
  readonly server: TestPostgres;
  /** Warnings of the journals opened by `withJournal`. */
  readonly warnings: string[];
  sql(text: string, values?: readonly unknown[]): Promise<QueryResult>;
  /** One transaction as that role; its statement is rolled back when it fails. `claims` is what PostgREST sets. */
  as(role: string, text: string, options?: { values?: readonly unknown[]; claims?: object }): Promise<QueryResult>;
  withJournal<T>(role: string, work: (journal: Journal) => Promise<T>): Promise<T>;
  /** Back to a database without a log. */
  reset(): Promise<void>;
  /** Back to a server that never had one: roles outlive the tables. */
  forgetRoles(): Promise<void>;
  /** What an office does once: the owner migrates, then grants. */
  install(): Promise<void>;
  close(): Promise<void>;
}

export async function openDatabase<S extends TestPostgres>(start: () => Promise<S>): Promise<Database & { server: S }> {
  const server = await start();
  const client = new Client({ connectionString: server.url() });
  await client.connect();
  const sql = (text: string, values: readonly unknown[] = []): Promise<QueryResult> => client.query(text, [...values]);
  await sql(`CREATE ROLE app_owner LOGIN CREATEROLE PASSWORD '${TEST_PASSWORD}'`);
  for (const login of LOGINS) await sql(`CREATE ROLE ${login} LOGIN PASSWORD '${TEST_PASSWORD}'`);
  await sql('GRANT CREATE ON SCHEMA public TO app_owner');

  const database: Database & { server: S } = {
    server,
    warnings: [],
    sql,
    async as(role, text, { values = [], claims } = {}) {
      await sql('BEGIN');
      try {
        await sql(`SET LOCAL ROLE ${role}`);
        if (claims) await sql(`SELECT set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)]);
        const result = await sql(text, values);
        await sql('COMMIT');
        return result;
      } catch (error) {
        await sql('ROLLBACK');
        throw error;
      }
    },
    async withJournal(role, work) {
      // PGlite has one session for everybody: who the journal is, this connection decides.
      const shared = server.kind === 'PGlite';
      if (shared) await sql(`SET ROLE ${role}`);
      try {
        const log = { warn: (_: object, message: string) => database.warnings.push(message) };
        const journal = await openJournal(server.url(role), { clock: fakeClock(), log });
        try {
          return await work(journal);
        } finally {
          await journal.close();
        }
      } finally {
        if (shared) await sql('RESET ROLE');
      }
    },
    async reset() {
      await sql('DROP TABLE IF EXISTS backup_logs, case_backup_migrations, case_backup_settings CASCADE');
      await sql('DROP FUNCTION IF EXISTS case_backup_is_admin()');
    },
    async forgetRoles() {
      await database.install();
      await database.reset();
      const roles = 'case_backup_admin, case_backup_writer';
      await sql(`DROP OWNED BY ${roles}; DROP ROLE ${roles}`);
    },
    async install() {
      await database.withJournal('app_owner', async () => undefined);
      await sql('GRANT case_backup_writer TO writer_a, writer_b');
      await sql('GRANT case_backup_admin TO case_person');
    },
    async close() {
      await client.end();
      await server.close();
    },
  };
  return database;
}
