import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Database, ENGINES, openDatabase } from './database.ts';
import { ADMIN, addApiRoles } from './hosted.ts';
import { completedRow } from './rows.ts';

const DENIED = { code: '42501' };
const READ = 'SELECT run_id FROM public.backup_logs';
const READ_STATUS = 'SELECT run_id FROM public.backup_status';

/** What the owner's new tables and functions give away by themselves: everything formerly, nothing now. */
const DEFAULTS = {
  everything: `ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated, service_role;
    ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated, service_role`,
  nothing: `ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE ALL ON FUNCTIONS FROM PUBLIC;
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE, CREATE ON SCHEMA public TO app_owner WITH GRANT OPTION`,
};

for (const [engine, start] of Object.entries(ENGINES)) {
  for (const [amount, defaults] of Object.entries(DEFAULTS)) {
    describe(`backup_logs in a database like Supabase's that grants ${amount} on what is new, on ${engine}`, () => {
      let db: Database;
      before(async () => {
        db = await openDatabase<Database['server']>(start);
        await addApiRoles(db);
        await db.sql(defaults);
        await db.install();
        await db.withJournal('writer_a', (journal) => journal.write(completedRow('run-1')));
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

      it('gives each role of the API what it needs and nothing else', async () => {
        assert.deepEqual(await heldBy('anon', 'backup_logs'), []);
        assert.deepEqual(await heldBy('authenticated', 'backup_logs'), ['SELECT']);
        assert.deepEqual(await heldBy('service_role', 'backup_logs'), ['SELECT', 'INSERT', 'UPDATE']);
        assert.deepEqual(await heldBy('anon', 'backup_status'), []);
        assert.deepEqual(await heldBy('authenticated', 'backup_status'), ['SELECT']);
        assert.deepEqual(await heldBy('service_role', 'backup_status'), ['SELECT']);
        for (const role of ['anon', 'authenticated', 'service_role']) {
          assert.deepEqual(await heldBy(role, 'case_backup_migrations'), [], role);
          assert.deepEqual(await heldBy(role, 'case_backup_settings'), [], role);
        }
      });

      it('lets nobody but signed-in users ask whether they are an admin', async () => {
        const { rows } = await db.sql(
          `SELECT role FROM unnest($1::text[]) AS role WHERE has_function_privilege(role, 'case_backup_is_admin()', 'EXECUTE')`,
          [['anon', 'authenticated', 'service_role', 'writer_a', 'stranger']],
        );
        assert.deepEqual(rows, [{ role: 'authenticated' }]);
      });

      for (const read of [READ, READ_STATUS]) {
        it(`shows every row to a user whose JWT says admin in app_metadata: ${read}`, async () => {
          const { rows } = await db.as('authenticated', read, { claims: ADMIN });
          assert.deepEqual(rows, [{ run_id: 'run-1' }]);
        });

        for (const [who, claims] of Object.entries({
          'another user': { sub: '7c11', role: 'authenticated', app_metadata: { role: 'clerk' } },
          'a user who calls himself admin in user_metadata': { sub: '7c11', user_metadata: { role: 'admin' } },
          'a user whose only role is that of the database': { role: 'admin' },
          'a session without a JWT': undefined,
        })) {
          it(`shows no row to ${who}: ${read}`, async () => {
            const { rowCount } = await db.as('authenticated', read, claims ? { claims } : {});
            assert.equal(rowCount, 0);
          });
        }

        it(`refuses those who have not signed in, whatever claims they bring: ${read}`, async () => {
          await assert.rejects(db.as('anon', read, { claims: ADMIN }), DENIED);
        });

        it(`does not take the claims of a writer for those of an admin: ${read}`, async () => {
          const { rowCount } = await db.as('writer_b', read, { claims: ADMIN });
          assert.equal(rowCount, 0);
        });

        it(`shows the rows to an admin of the database and to their writer: ${read}`, async () => {
          for (const role of ['case_person', 'writer_a'])
            assert.deepEqual((await db.as(role, read)).rows, [{ run_id: 'run-1' }]);
        });
      }

      it('lets an admin of the API change nothing', async () => {
        for (const attempt of ['DELETE FROM backup_logs', `UPDATE backup_logs SET status = 'failed'`])
          await assert.rejects(db.as('authenticated', attempt, { claims: ADMIN }), DENIED);
      });

      it('lets service_role write rows of its own', async () => {
        await db.withJournal('service_role', (journal) => journal.write(completedRow('run-2')));
        const { rows } = await db.sql(`SELECT written_by FROM backup_logs WHERE run_id = 'run-2'`);
        assert.deepEqual(rows, [{ written_by: 'service_role' }]);
      });
    });
  }
}
