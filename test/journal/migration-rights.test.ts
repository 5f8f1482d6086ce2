import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { loadMigrations } from '../../src/journal/migrations.ts';
import { failureOf } from '../support/failure-of.ts';
import { startPostgres15 } from '../support/postgres.ts';
import { type Database, openDatabase } from './database.ts';
import { completedRow } from './rows.ts';

const nothing = async (): Promise<void> => undefined;
const run = promisify(execFile);
/** Everything that a migration could have left. */
const COLUMNS = `SELECT table_name, column_name FROM information_schema.columns
  WHERE table_name IN ('backup_logs', 'case_backup_migrations') ORDER BY 1, 2`;

describe('the rights that a migration needs', () => {
  let db: Database;
  before(async () => {
    db = await openDatabase(startPostgres15);
  });
  after(() => db.close());
  beforeEach(() => db.reset());

  /** The owner of a table that a script made long ago, who may create no roles. */
  const asModestOwner = async (work: () => Promise<void>): Promise<void> => {
    await db.forgetRoles();
    await db.sql('ALTER ROLE app_owner NOCREATEROLE');
    try {
      await work();
    } finally {
      await db.sql('ALTER ROLE app_owner CREATEROLE');
    }
  };

  it('an owner that may create no roles changes nothing, at no start, and is told what a superuser must run', async () => {
    await asModestOwner(async () => {
      for (const old of ['', 'CREATE TABLE backup_logs (backup_date TIMESTAMPTZ, status TEXT)']) {
        if (old) await db.as('app_owner', old);
        const before = await db.sql(COLUMNS);
        for (let start = 0; start < 2; start++) {
          await assert.rejects(db.withJournal('app_owner', nothing), {
            code: 'JournalSchemaMissing',
            message: /can't be migrated: permission denied to create role/,
            hint: /CREATE ROLE case_backup_writer; GRANT case_backup_writer TO app_owner;/,
          });
          assert.deepEqual((await db.sql(COLUMNS)).rows, before.rows);
        }
      }
    });
  });

  it('what the error asks for is enough: after it the same owner migrates, writes, and no stranger reads', async () => {
    await asModestOwner(async () => {
      const { hint } = (await failureOf(db.withJournal('app_owner', nothing))) ?? {};
      await db.sql(hint?.replace('run once as superuser: ', '') ?? 'there is no hint');
      await db.withJournal('app_owner', (journal) => journal.write(completedRow('run-1')));
      await db.as('app_owner', 'GRANT SELECT ON backup_logs TO stranger');
      assert.equal((await db.as('stranger', 'SELECT * FROM backup_logs')).rowCount, 0);
      assert.equal((await db.sql('SELECT * FROM backup_logs')).rowCount, 1);
    });
  });

  it('the command for migrating by hand makes what the job finds right, or changes nothing', async () => {
    const { hint = '' } = (await failureOf(db.withJournal('writer_a', nothing))) ?? {};
    const command = /cat .*$/.exec(hint)?.[0] ?? 'false';
    const byHand = (login: string) =>
      run('sh', ['-c', command], {
        cwd: new URL('../..', import.meta.url),
        env: { ...process.env, URL: db.server.url(login) },
      });
    await asModestOwner(async () => {
      await assert.rejects(byHand('app_owner'), /permission denied to create role/);
      assert.equal((await db.sql(COLUMNS)).rowCount, 0);
    });
    await byHand('app_owner');
    await byHand('app_owner');
    await db.sql('GRANT case_backup_writer TO writer_a');
    await db.withJournal('writer_a', (journal) => journal.write(completedRow('run-1')));
    assert.equal((await db.sql('SELECT * FROM backup_logs')).rowCount, 1);
  });

  it("what a superuser runs by hand on somebody's table is that owner's afterwards, whose next start migrates", async () => {
    const files = (await loadMigrations()).map(({ sql }) => sql);
    await db.as('app_owner', files[0] ?? '');
    for (const sql of files) await db.sql(sql);
    const { rows } = await db.sql(`
      SELECT relname, relowner::regrole::text AS owner FROM pg_class WHERE relname IN ('backup_status', 'case_backup_settings')
      UNION ALL SELECT proname, proowner::regrole::text FROM pg_proc WHERE proname = 'case_backup_is_admin' ORDER BY 1`);
    assert.deepEqual(rows, [
      { relname: 'backup_status', owner: 'app_owner' },
      { relname: 'case_backup_is_admin', owner: 'app_owner' },
      { relname: 'case_backup_settings', owner: 'app_owner' },
    ]);
    await db.withJournal('app_owner', (journal) => journal.write(completedRow('run-1')));
  });

  it('an owner who may not pass the schema on migrates all the same, and a writer needs that one grant more', async () => {
    await db.forgetRoles();
    await db.sql('REVOKE USAGE ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO app_owner');
    try {
      await db.install();
      assert.equal((await db.as('app_owner', 'SELECT FROM backup_status')).rowCount, 0);
      await assert.rejects(db.withJournal('writer_a', nothing), { code: 'JournalSchemaMissing' });
      await db.sql('GRANT USAGE ON SCHEMA public TO case_backup_writer');
      await db.withJournal('writer_a', (journal) => journal.write(completedRow('run-1')));
    } finally {
      await db.sql('GRANT USAGE ON SCHEMA public TO PUBLIC');
    }
  });
});
