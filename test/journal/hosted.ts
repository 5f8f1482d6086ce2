import { TEST_PASSWORD } from '../support/postgres.ts';
import type { Database } from './database.ts';

/** What PostgREST hands over for a user who is an admin by default. */
export const ADMIN = { sub: '9b2f', role: 'authenticated', app_metadata: { role: 'admin' } };

/** The roles of Supabase's API as Supabase makes them, but that service_role may log in here. */
export async function addApiRoles(db: Database): Promise<void> {
  await db.sql('CREATE ROLE anon NOINHERIT; CREATE ROLE authenticated NOINHERIT');
  await db.sql(`CREATE ROLE service_role LOGIN NOINHERIT BYPASSRLS PASSWORD '${TEST_PASSWORD}'`);
}
