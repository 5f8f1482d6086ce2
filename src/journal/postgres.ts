import { Failure } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { Query } from './connection.ts';
import { parseDatabaseUrl } from './database-url.ts';
import type { Journal, JournalRow } from './journal.ts';
import { readSearchPath } from './log-schema.ts';
import { migrate } from './migrate.ts';
import { loadMigrations } from './migrations.ts';
import { PATIENCE_MS } from './patience.ts';
import { COLUMNS, valuesOf } from './row-values.ts';
import { readSchema, schemaFault } from './schema.ts';
import { createSession, type Session, type SessionOptions } from './session.ts';

export interface JournalOptions extends SessionOptions {
  readonly log: Pick<Log, 'warn'>;
  /** What one statement may take on the server, milliseconds. */
  readonly timeoutMs?: number;
  /** What all calls together may spend on repeated attempts, milliseconds; PATIENCE_MS unless given. */
  readonly budgetMs?: number;
}

/** The row of the run if it is there, else a new one; but a start that comes late does not reopen a finished run. */
const UPSERT = `
  INSERT INTO backup_logs AS log (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((_, i) => `$${i + 1}`).join(', ')})
  ON CONFLICT (run_id) DO UPDATE SET ${COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}
  WHERE log.status = 'running' OR excluded.status <> 'running'`;

/**
 * Opens the run log and brings its schema up to date where the login may, else checks that it can be used. This and
 * all calls share one budget of repeated attempts; once it is spent a call is one attempt. Throws Failures: Journal… for the
 * database (Unavailable, Credentials, TlsRequired, SchemaMissing, NotPermitted, MigrationChanged, …) and LogNotWritten
 * for a row that the database did not take. None of them holds the URL or the password.
 */
export async function openJournal(url: string, options: JournalOptions): Promise<Journal> {
  const limits = { statementMs: options.timeoutMs ?? 15_000, budgetMs: options.budgetMs ?? PATIENCE_MS };
  const login = createSession(parseDatabaseUrl(url), options, limits);
  let session: Session;
  try {
    session = withSearchPath(login, await login.transact(readSearchPath));
    await prepareSchema(session, options.log);
  } catch (error) {
    await login.close();
    throw error;
  }
  return {
    write: (row) => session.transact((query) => writeRow(query, row), 'LogNotWritten'),
    unfinished: (runIds) => session.transact((query) => readUnfinished(query, runIds)),
    close: () => session.close(),
  };
}

/** In each transaction, since nothing else survives a transaction pooler. */
function withSearchPath({ transact, close }: Session, path: string): Session {
  return {
    transact: (work, refused) =>
      transact(async (query) => {
        await query(`SET LOCAL search_path = ${path}`);
        return await work(query);
      }, refused),
    close,
  };
}

async function prepareSchema(session: Session, log: Pick<Log, 'warn'>): Promise<void> {
  let schema = await session.transact(readSchema);
  if (schema.mayMigrate) {
    await migrate(session, await loadMigrations(), schema, log);
    schema = await session.transact(readSchema);
  }
  const fault = schemaFault(schema);
  if (fault) throw fault;
}

/** Under row level security a statement may touch nothing and report no error: only the count of rows is proof. */
async function writeRow(query: Query, row: JournalRow): Promise<void> {
  const { count } = await query(UPSERT, valuesOf(row));
  if (count === 1) return;
  const late = row.status === 'running' && (await readUnfinished(query, [row.runId])).length === 0;
  if (late) return;
  throw new Failure('LogNotWritten', `backup_logs took ${count} rows instead of 1 for run ${row.runId}`, {
    hint: 'look for a trigger, a rule or a policy on backup_logs that drops rows; docs/journal.md says what should be there',
  });
}

async function readUnfinished(query: Query, runIds: readonly string[]): Promise<string[]> {
  const { rows } = await query(
    `SELECT run_id FROM backup_logs WHERE run_id = ANY($1::text[]) AND status <> 'running'`,
    [runIds],
  );
  const finished = new Set(rows.map((row) => row['run_id']));
  return [...new Set(runIds)].filter((runId) => !finished.has(runId));
}
