import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type Database, ENGINES, openDatabase } from './database.ts';
import { completedRow } from './rows.ts';

const SQL_FOLDER = new URL('../../src/journal/sql/', import.meta.url);
const LEGACY_TABLE = readFileSync(new URL('0001_backup_logs.sql', SQL_FOLDER), 'utf8');

const COLUMNS = [
  'id uuid = gen_random_uuid()',
  'backup_date timestamp with time zone',
  'backup_path text',
  'total_cases integer',
  'total_files integer',
  'total_size_mb numeric',
  "status text = 'completed'::text",
  'error_message text',
  'created_at timestamp with time zone = now()',
  'run_id text',
  'policy text',
  'verification jsonb',
  'content_hash text',
  'started_at timestamp with time zone',
  'finished_at timestamp with time zone',
  'written_by name = CURRENT_USER',
  'storage jsonb',
];

for (const [engine, start] of Object.entries(ENGINES)) {
  describe(`the schema of backup_logs on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await openDatabase<Database['server']>(start);
    });
    after(() => db.close());
    beforeEach(() => db.reset());

    const columns = async (): Promise<string[]> => {
      const { rows } = await db.sql(`
        SELECT attname || ' ' || format_type(atttypid, atttypmod) || coalesce(' = ' || pg_get_expr(adbin, adrelid), '') AS col
        FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'backup_logs'::regclass AND attnum > 0 ORDER BY attnum`);
      return rows.map((row) => row.col);
    };
    const grants = async (table: string): Promise<string[]> => {
      const { rows } = await db.sql(
        `SELECT grantee::regrole || ' ' || privilege_type AS held FROM pg_class, aclexplode(relacl)
         WHERE oid = $1::regclass AND privilege_type <> 'MAINTAIN' ORDER BY 1`,
        [table],
      );
      return rows.map((row) => row.held);
    };

    it('consists of the known columns and ours, with their types and defaults', async () => {
      await db.install();
      assert.deepEqual(await columns(), COLUMNS);
    });

    it('begins with exactly the table that users know', async () => {
      await db.sql(LEGACY_TABLE);
      assert.deepEqual(await columns(), COLUMNS.slice(0, 9));
    });

    it('grants the owner and the two group roles what they need, and nobody anything else', async () => {
      await db.sql(LEGACY_TABLE);
      await db.sql('ALTER TABLE backup_logs OWNER TO app_owner');
      await db.sql('GRANT ALL ON backup_logs TO PUBLIC');
      await db.sql('GRANT TRUNCATE ON backup_logs TO stranger');
      await db.sql('GRANT UPDATE (status) ON backup_logs TO stranger');
      await db.install();
      assert.deepEqual(await grants('backup_logs'), [
        'app_owner INSERT',
        'app_owner SELECT',
        'app_owner UPDATE',
        'case_backup_admin SELECT',
        'case_backup_writer INSERT',
        'case_backup_writer SELECT',
        'case_backup_writer UPDATE',
      ]);
      const toOthers = async (name: string) => (await grants(name)).filter((held) => !held.startsWith('app_owner '));
      assert.deepEqual(await toOthers('backup_status'), ['case_backup_admin SELECT', 'case_backup_writer SELECT']);
      assert.deepEqual(await toOthers('case_backup_settings'), []);
      const { rows } = await db.sql(
        `SELECT attname FROM pg_attribute WHERE attrelid = 'backup_logs'::regclass AND attacl IS NOT NULL AND attacl <> '{}'`,
      );
      assert.deepEqual(rows, []);
    });

    it('is under row level security that also binds the owner, without a policy of before', async () => {
      await db.sql(LEGACY_TABLE);
      await db.sql('ALTER TABLE backup_logs OWNER TO app_owner');
      await db.sql('CREATE POLICY "read access for all" ON backup_logs USING (true)');
      await db.install();
      const { rows } = await db.sql(
        `SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'backup_logs'::regclass`,
      );
      assert.deepEqual(rows, [{ relrowsecurity: true, relforcerowsecurity: true }]);
      const policies = await db.sql(
        `SELECT polname FROM pg_policy WHERE polrelid = 'backup_logs'::regclass ORDER BY 1`,
      );
      assert.deepEqual(
        policies.rows.map((row) => row.polname),
        ['admin_select', 'writer_insert', 'writer_select', 'writer_update'],
      );
    });

    it('adopts a table made by hand with its rows, and shows them to admins only', async () => {
      await db.sql(LEGACY_TABLE);
      await db.sql('ALTER TABLE backup_logs OWNER TO app_owner');
      await db.sql(
        `INSERT INTO backup_logs (backup_path, status) VALUES ('/old.zip', 'done'), ('/older.zip', DEFAULT)`,
      );
      await db.install();
      assert.deepEqual(await columns(), COLUMNS);
      const seen = `SELECT backup_path, status, run_id, written_by FROM backup_logs ORDER BY 1`;
      assert.deepEqual((await db.as('case_person', seen)).rows, [
        { backup_path: '/old.zip', status: 'done', run_id: null, written_by: null },
        { backup_path: '/older.zip', status: 'completed', run_id: null, written_by: null },
      ]);
      assert.equal((await db.as('app_owner', seen)).rowCount, 0);
    });

    it('takes no status but the allowed ones in new rows', async () => {
      await db.install();
      const insert = `INSERT INTO backup_logs (run_id, status) VALUES ('r', 'done')`;
      await assert.rejects(db.as('writer_a', insert), { code: '23514', constraint: 'backup_logs_status_allowed' });
    });

    it('comes to the same when its files are run by hand, twice, and the owner opens the log afterwards', async () => {
      const files = readdirSync(SQL_FOLDER).sort();
      await db.install();
      const granted = async () => [
        await grants('backup_logs'),
        await grants('backup_status'),
        await grants('case_backup_settings'),
      ];
      const expected = [await columns(), await granted()];
      await db.reset();
      for (const file of [...files, ...files]) {
        const text = readFileSync(new URL(file, SQL_FOLDER), 'utf8');
        await db.sql('SET ROLE app_owner');
        await db.sql(text);
        await db.sql('RESET ROLE');
      }
      await db.withJournal('app_owner', (journal) => journal.write(completedRow('run-1')));
      assert.deepEqual([await columns(), await granted()], expected);
      const { rows } = await db.sql('SELECT name FROM case_backup_migrations ORDER BY version');
      assert.deepEqual(
        rows.map((row) => row.name),
        files,
      );
    });

    it('is refused when a migration that was applied reads differently now', async () => {
      await db.install();
      await db.sql(`UPDATE case_backup_migrations SET checksum = 'another' WHERE version = 2`);
      await assert.rejects(db.install(), { code: 'JournalMigrationChanged', message: /0002_run_columns\.sql/ });
    });

    it('of a newer version is used with a warning while it has our columns', async () => {
      await db.install();
      await db.sql(`INSERT INTO case_backup_migrations (version, name, checksum) VALUES (9999, '9999_later.sql', 'x')`);
      db.warnings.length = 0;
      await db.withJournal('app_owner', (journal) => journal.write(completedRow('run-1')));
      assert.deepEqual(db.warnings, ['the log was migrated by a newer case-backup; it is used as it is']);

      await db.sql('ALTER TABLE backup_logs RENAME COLUMN content_hash TO digest');
      await assert.rejects(db.install(), { code: 'JournalSchemaMissing', message: /content_hash/ });
    });
  });
}
