import { errorCode } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { Query } from './connection.ts';
import { type AppliedMigration, type Migration, nextMigration, unknownVersions } from './migrations.ts';
import { migrationNotPermitted, type Schema } from './schema.ts';
import type { Session } from './session.ts';

/** Any constant will do that nobody else in the database uses: "case" and "back" in ASCII. */
const LOCK = [0x63617365, 0x6261636b];

/**
 * Applies what is missing, all of it or nothing: the first files make a table that only a later one protects, so a login
 * that gets no further than those would leave rows that everybody reads. Starters that come together wait for one another.
 */
export async function migrate(
  session: Session,
  migrations: readonly Migration[],
  { owner }: Schema,
  log: Pick<Log, 'warn'>,
): Promise<void> {
  await session.transact(async (query) => {
    try {
      await applyMissing(query, migrations, log);
    } catch (error) {
      if (errorCode(error) === '42501') throw migrationNotPermitted(owner, error);
      throw error;
    }
  });
}

async function applyMissing(query: Query, migrations: readonly Migration[], log: Pick<Log, 'warn'>): Promise<void> {
  // Of the transaction, never of the session: behind a transaction pooler a session lock stays with the pooler.
  await query('SELECT pg_advisory_xact_lock($1, $2)', LOCK);
  const applied = await readApplied(query);
  for (let next = nextMigration(migrations, applied); next; next = nextMigration(migrations, applied)) {
    await query(next.sql);
    await query('INSERT INTO case_backup_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
      next.version,
      next.name,
      next.checksum,
    ]);
    applied.push(next);
  }
  const unknown = unknownVersions(migrations, applied);
  if (unknown.length === 0) return;
  log.warn(
    { code: 'JournalNewer', versions: unknown },
    'the log was migrated by a newer case-backup; it is used as it is',
  );
}

async function readApplied(query: Query): Promise<AppliedMigration[]> {
  // Not CREATE IF NOT EXISTS alone: that asks for the right to create even where the table is there. And not the look
  // alone: it may be answered from the session's cache, which has not heard yet of what the last holder of the lock made.
  const known = await query(`SELECT to_regclass('case_backup_migrations') IS NOT NULL AS present`);
  if (known.rows[0]?.['present'] !== true) {
    await query(`CREATE TABLE IF NOT EXISTS case_backup_migrations (
      version    INTEGER PRIMARY KEY,
      name       TEXT NOT NULL,
      checksum   TEXT NOT NULL,
      applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
    )`);
  }
  const { rows } = await query('SELECT version, checksum FROM case_backup_migrations ORDER BY version');
  return rows.map((row) => ({ version: Number(row['version']), checksum: String(row['checksum']) }));
}
