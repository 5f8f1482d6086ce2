import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { loadMigrations } from '../../src/journal/migrations.ts';
import { type Database, ENGINES, openDatabase } from './database.ts';
import { ADMIN, addApiRoles } from './hosted.ts';
import { completedRow } from './rows.ts';

const DENIED = { code: '42501' };
const GUIDE = readFileSync(new URL('../../docs/journal.md', import.meta.url), 'utf8');
/** The one statement that the guide gives; it names app_metadata.roles and backup-admin. */
const DOCUMENTED = /^ {4}(UPDATE case_backup_settings .*;)$/m.exec(GUIDE)?.[1] ?? 'the guide has no statement';

for (const [engine, start] of Object.entries(ENGINES)) {
  describe(`the claim that tells an admin on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await openDatabase<Database['server']>(start);
      await addApiRoles(db);
      // Whoever may create something could try to put it before ours.
      await db.sql('GRANT CREATE ON SCHEMA public TO authenticated');
    });
    after(() => db.close());
    beforeEach(async () => {
      await db.reset();
      await db.install();
      await db.withJournal('writer_a', (journal) => journal.write(completedRow('run-1')));
    });

    const isAdmin = async (claims: object): Promise<boolean> =>
      (await db.as('authenticated', 'SELECT FROM backup_logs', { claims })).rowCount === 1;
    const settings = async (): Promise<unknown[]> => (await db.sql('SELECT * FROM case_backup_settings')).rows;
    const setClaim = (path: string, value: string) =>
      db.as('app_owner', 'UPDATE case_backup_settings SET admin_claim = $1, admin_value = $2', {
        values: [path, value],
      });

    it('is app_metadata.role = admin until somebody says otherwise', async () => {
      assert.deepEqual(await settings(), [
        { only_row: true, admin_claim: ['app_metadata', 'role'], admin_value: 'admin' },
      ]);
      assert.equal(await isAdmin(ADMIN), true);
    });

    it('is another one at once after the statement of the guide, and the former counts no longer', async () => {
      await db.as('app_owner', DOCUMENTED);
      assert.equal(await isAdmin({ app_metadata: { roles: ['clerk', 'backup-admin'] } }), true);
      assert.equal(await isAdmin({ app_metadata: { roles: 'backup-admin' } }), true);
      assert.equal(await isAdmin({ app_metadata: { roles: ['clerk'] } }), false);
      assert.equal(await isAdmin(ADMIN), false);
    });

    for (const [path, value, claims, expected] of [
      ['{admin}', 'true', { admin: true }, true],
      ['{admin}', 'true', { admin: false }, false],
      ['{admin}', 'true', { admin: null }, false],
      ['{https://example.com/claims,level}', '9', { 'https://example.com/claims': { level: 9 } }, true],
      ['{groups,0}', 'it', { groups: ['it', 'hr'] }, true],
      ['{groups}', 'it', { groups: { it: false } }, false],
      ['{groups}', 'it', { groups: [['it']] }, false],
      ['{groups}', 'it', 'it', false],
    ] as const) {
      it(`${path} = ${value} makes ${expected ? 'an admin' : 'nobody'} of ${JSON.stringify(claims)}`, async () => {
        await setClaim(path, value);
        assert.equal(await isAdmin(Object(claims)), expected);
      });
    }

    it('is never one that users write themselves', async () => {
      assert.equal(await isAdmin({ user_metadata: { role: 'admin', app_metadata: { role: 'admin' } } }), false);
      for (const path of ['{user_metadata,role}', '[0:1]={user_metadata,role}']) {
        await assert.rejects(setClaim(path, 'admin'), { constraint: 'admin_claim_not_of_the_user' });
      }
      await setClaim('{role}', 'backup-admin');
      assert.equal(await isAdmin({ role: 'authenticated', user_metadata: { role: 'backup-admin' } }), false);
    });

    it('survives that the files are run again by hand, and that the job starts', async () => {
      await setClaim('{admin}', 'true');
      const before = await settings();
      for (const { sql } of await loadMigrations()) await db.as('app_owner', sql);
      await db.install();
      assert.deepEqual(await settings(), before);
      assert.equal(await isAdmin({ admin: true }), true);
      assert.equal(await isAdmin(ADMIN), false);
    });

    for (const role of ['anon', 'authenticated', 'service_role', 'writer_a', 'case_person', 'stranger']) {
      it(`can neither be read nor be changed by ${role}, an admin or not`, async () => {
        for (const attempt of [
          'SELECT FROM case_backup_settings',
          `UPDATE case_backup_settings SET admin_value = 'clerk'`,
          'DELETE FROM case_backup_settings',
          'TRUNCATE case_backup_settings',
          'INSERT INTO case_backup_settings DEFAULT VALUES',
          'ALTER TABLE case_backup_settings DISABLE ROW LEVEL SECURITY',
          `CREATE OR REPLACE FUNCTION case_backup_is_admin() RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true'`,
          'ALTER FUNCTION case_backup_is_admin() SECURITY INVOKER',
        ]) {
          await assert.rejects(db.as(role, attempt, { claims: ADMIN }), DENIED, attempt);
        }
      });
    }

    it('is not found in a table or a function that a user puts before ours', async () => {
      const clerk = { app_metadata: { role: 'clerk' } };
      const attempt = `
        CREATE TEMP TABLE case_backup_settings ON COMMIT DROP AS SELECT '{app_metadata,role}'::text[] AS admin_claim, 'clerk' AS admin_value;
        CREATE FUNCTION jsonb_typeof(jsonb) RETURNS TEXT LANGUAGE sql AS $$ SELECT 'array' $$;
        CREATE FUNCTION pg_temp.case_backup_is_admin() RETURNS BOOLEAN LANGUAGE sql AS 'SELECT true';
        SET LOCAL search_path = pg_temp, public, pg_catalog`;
      await db.as(
        'authenticated',
        `${attempt}; CREATE TEMP TABLE seen ON COMMIT PRESERVE ROWS AS SELECT run_id FROM public.backup_logs`,
        { claims: clerk },
      );
      assert.equal((await db.sql('SELECT FROM pg_temp.seen')).rowCount, 0);
      await db.sql('DROP FUNCTION public.jsonb_typeof(jsonb), pg_temp.case_backup_is_admin(); DROP TABLE pg_temp.seen');
    });

    it('shows and gives away nothing even where somebody grants everything on it', async () => {
      await db.as('app_owner', 'GRANT ALL ON case_backup_settings TO authenticated');
      const options = { claims: ADMIN };
      assert.equal((await db.as('authenticated', 'SELECT FROM case_backup_settings', options)).rowCount, 0);
      const update = `UPDATE case_backup_settings SET admin_value = 'clerk'`;
      assert.equal((await db.as('authenticated', update, options)).rowCount, 0);
    });

    it('makes nobody an admin once the row is gone', async () => {
      await db.as('app_owner', 'DELETE FROM case_backup_settings');
      assert.equal(await isAdmin(ADMIN), false);
    });

    it('stands in one row only', async () => {
      for (const row of ['DEFAULT VALUES', '(only_row) VALUES (false)']) {
        await assert.rejects(db.as('app_owner', `INSERT INTO case_backup_settings ${row}`), { code: /^235(05|14)$/ });
      }
    });
  });
}
