import { Failure } from '../host/errors.ts';
import type { Query } from './connection.ts';
import { schemaMissing } from './schema.ts';

/**
 * The schemas in which names are looked up, the log's first, as SQL writes them. Found once and then set in each
 * transaction: by the login's own search_path, `"$user", public`, whoever may create a schema in the database makes one
 * that is named like the job's login, with a table backup_logs in it, and gets its rows.
 */
export async function readSearchPath(query: Query): Promise<string> {
  const { rows } = await query(`
    SELECT pg_catalog.quote_ident(found.nspname) AS schema, pg_catalog.quote_ident(owner.rolname) AS owner,
      found.nspname = 'public' OR owner.rolsuper OR owner.rolname = 'pg_database_owner' OR owner.oid = base.datdba
        OR pg_catalog.pg_has_role(owner.oid, 'USAGE') AS trusted,
      EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = found.oid AND relname = 'backup_logs') AS has_log
    FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS path (name, place)
      JOIN pg_catalog.pg_namespace AS found ON found.nspname = path.name
      JOIN pg_catalog.pg_roles AS owner ON owner.oid = found.nspowner
      JOIN pg_catalog.pg_database AS base ON base.datname = pg_catalog.current_database()
    ORDER BY path.place`);
  const schemas = rows.map((row) => ({
    schema: String(row['schema']),
    owner: String(row['owner']),
    isTrusted: row['trusted'] === true,
    hasLog: row['has_log'] === true,
  }));
  const trusted = schemas.filter(({ isTrusted }) => isTrusted);
  const home = trusted.find(({ hasLog }) => hasLog) ?? trusted[0];
  const stranger = schemas.find(({ isTrusted, hasLog }) => hasLog && !isTrusted);
  if (stranger && !home?.hasLog) throw strangersLog(stranger.schema, stranger.owner);
  // Without it the log would be made in pg_temp, and be gone with the connection.
  if (!home) throw schemaMissing('this login may use no schema in which it could stand');
  const others = trusted.filter(({ schema }) => schema !== home.schema);
  // What a session may create for itself comes last; of pg_catalog, which comes first, nobody need speak.
  return [home, ...others]
    .map(({ schema }) => schema)
    .concat('pg_temp')
    .join(', ');
}

/** To make another log beside it would part the rows of one that has always been there. */
function strangersLog(schema: string, owner: string): Failure {
  return new Failure(
    'JournalSchemaMissing',
    `the only backup_logs stands in schema ${schema}, which belongs to ${owner}, neither this login nor the owner of the database`,
    { hint: `if it is the right one, run as superuser: ALTER SCHEMA ${schema} OWNER TO the owner of the database;` },
  );
}
