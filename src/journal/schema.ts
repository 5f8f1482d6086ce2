import { Failure, messageOf } from '../host/errors.ts';
import type { Query } from './connection.ts';
import { COLUMNS } from './row-values.ts';

/** What a login finds, and what it may do. */
export interface Schema {
  /** Undefined where there is no table. */
  readonly columns: readonly string[] | undefined;
  /** The table and the small table of migrations are ours, or can be made. */
  readonly mayMigrate: boolean;
  readonly mayWrite: boolean;
  readonly rowSecurity: boolean;
  readonly user: string;
  /** Of the table, or whose it would be; as SQL writes it. */
  readonly owner: string;
}

export async function readSchema(query: Query): Promise<Schema> {
  const { rows } = await query(`
    SELECT current_user AS user, quote_ident(coalesce(pg_get_userbyid(log.relowner), current_user)) AS owner,
      (SELECT array_agg(attname::text) FROM pg_attribute
        WHERE attrelid = log.oid AND attnum > 0 AND NOT attisdropped) AS columns,
      has_schema_privilege(current_schema(), 'CREATE') AND coalesce(pg_has_role(log.relowner, 'USAGE'), true)
        AND coalesce(pg_has_role(migrations.relowner, 'USAGE'), true) AS may_migrate,
      has_table_privilege(log.oid, 'SELECT') AND has_table_privilege(log.oid, 'INSERT')
        AND has_table_privilege(log.oid, 'UPDATE') AS may_write,
      log.relrowsecurity AND log.relforcerowsecurity AS row_security
    FROM (SELECT 1) AS always
      LEFT JOIN pg_class AS log ON log.oid = to_regclass('backup_logs')
      LEFT JOIN pg_class AS migrations ON migrations.oid = to_regclass('case_backup_migrations')`);
  const row = rows[0] ?? {};
  return {
    columns: Array.isArray(row['columns']) ? row['columns'].map(String) : undefined,
    mayMigrate: row['may_migrate'] === true,
    mayWrite: row['may_write'] === true,
    rowSecurity: row['row_security'] === true,
    user: String(row['user']),
    owner: String(row['owner']),
  };
}

/** Why the log can't be used as it is; undefined when it can. */
export function schemaFault(schema: Schema): Failure | undefined {
  const { columns } = schema;
  if (columns === undefined) return schemaMissing('there is no table backup_logs');
  const missing = [...COLUMNS, 'written_by'].filter((column) => !columns.includes(column));
  if (missing.length > 0) return schemaMissing(`backup_logs lacks ${missing.join(', ')}`);
  if (!schema.mayWrite) {
    return new Failure('JournalNotPermitted', `the login ${schema.user} may not write to backup_logs`, {
      hint: `run as owner: GRANT case_backup_writer TO ${quoted(schema.user)};`,
    });
  }
  if (!schema.rowSecurity) return schemaMissing('backup_logs is not protected by row level security');
  return undefined;
}

/** A role's name as SQL takes it, also "case backup" and "Nightly". */
const quoted = (role: string): string => (/^[a-z_][a-z0-9_]*$/.test(role) ? role : `"${role.replaceAll('"', '""')}"`);

export function schemaMissing(why: string): Failure {
  return new Failure('JournalSchemaMissing', `the log's schema is missing or too old: ${why}`, {
    hint: 'run as owner of the database, with the right to create roles: cat src/journal/sql/*.sql | psql "$URL" -1 -v ON_ERROR_STOP=1 -f -',
  });
}

/** The owner of the table may do everything in the files but make roles and give them away. Nothing was changed. */
export function migrationNotPermitted(owner: string, cause: unknown): Failure {
  return new Failure('JournalSchemaMissing', `the log can't be migrated: ${messageOf(cause)}`, {
    hint: `run once as superuser: CREATE ROLE case_backup_admin; CREATE ROLE case_backup_writer; GRANT case_backup_writer TO ${quoted(owner)};`,
    cause,
  });
}
