import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TEST_PASSWORD } from '../support/postgres.ts';
import { type Database, ENGINES, openDatabase } from './database.ts';
import { completedRow } from './rows.ts';

const DENIED = { code: '42501' };
const READ = 'SELECT run_id FROM backup_logs';
const ADMIN = { sub: '9b2f', role: 'authenticated', app_metadata: { role: 'admin' } };

for (const [engine, start] of Object.entries(ENGINES)) {
  describe(`backup_logs in a database like Supabase's on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await openDatabase<Database['server']>(start);
      await db.sql('CREATE ROLE anon; CREATE ROLE authenticated');
      await db.sql(`CREATE ROLE service_role LOGIN BYPASSRLS PASSWORD '${TEST_PASSWORD}'`);
      await db.sql(`ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA public
        GRANT ALL ON TABLES TO anon, authenticated, service_role`);
      await db.install();
      await db.withJournal('app_owner', (journal) => journal.write(completedRow('run-1')));
    });
    after(() => db.close());

    const heldBy = async (role: string, table: string): Promise<string[]> => {
      const privileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'];
      const { rows } = await db.sql(
        'SELECT p FROM unnest($3::text[]) AS p WHERE has_table_privilege($1, $2::regclass, p)',
        [role, table, privileges],
      );
      return rows.map((row) => row.p);
    };

    it('takes back what the default privileges gave to the roles of the API', async () => {
      assert.deepEqual(await heldBy('anon', 'backup_logs'), []);
      assert.deepEqual(await heldBy('authenticated', 'backup_logs'), ['SELECT']);
      assert.deepEqual(await heldBy('service_role', 'backup_logs'), ['SELECT', 'INSERT', 'UPDATE']);
      for (const role of ['anon', 'authenticated', 'service_role']) {
        assert.deepEqual(await heldBy(role, 'case_backup_migrations'), [], role);
      }
    });

    it('shows every row to a user whose JWT says admin in app_metadata', async () => {
      const { rows } = await db.as('authenticated', READ, { claims: ADMIN });
      assert.deepEqual(rows, [{ run_id: 'run-1' }]);
    });

    for (const [who, claims] of Object.entries({
      'another user': { sub: '7c11', role: 'authenticated', app_metadata: { role: 'clerk' } },
      'a user who calls himself admin in user_metadata': { sub: '7c11', user_metadata: { role: 'admin' } },
      'a user whose only role is that of the database': { role: 'admin' },
      'a session without a JWT': undefined,
    })) {
      it(`shows no row to ${who}`, async () => {
        const { rowCount } = await db.as('authenticated', READ, claims ? { claims } : {});
        assert.equal(rowCount, 0);
      });
    }

    it('lets an admin of the API change nothing', async () => {
      await assert.rejects(db.as('authenticated', 'DELETE FROM backup_logs', { claims: ADMIN }), DENIED);
      await assert.rejects(
        db.as('authenticated', `UPDATE backup_logs SET status = 'failed'`, { claims: ADMIN }),
        DENIED,
      );
    });

    it('refuses those who have not signed in, whatever claims they bring', async () => {
      await assert.rejects(db.as('anon', READ, { claims: ADMIN }), DENIED);
    });

    it('does not take the claims of a writer for those of an admin', async () => {
      const { rowCount } = await db.as('writer_a', READ, { claims: ADMIN });
      assert.equal(rowCount, 0);
    });

    it('lets service_role write rows of its own', async () => {
      await db.withJournal('service_role', (journal) => journal.write(completedRow('run-2')));
      const { rows } = await db.sql(`SELECT written_by FROM backup_logs WHERE run_id = 'run-2'`);
      assert.deepEqual(rows, [{ written_by: 'service_role' }]);
    });
  });
}
