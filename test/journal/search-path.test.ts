import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { TestServer } from '../support/postgres.ts';
import { startPostgres15 } from '../support/postgres.ts';
import { type Database, openDatabase } from './database.ts';
import { completedRow } from './rows.ts';

/** A table that takes every row of everybody. */
const trap = (schema: string): string => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  GRANT ALL ON SCHEMA ${schema} TO PUBLIC;
  CREATE TABLE ${schema}.backup_logs (LIKE public.backup_logs INCLUDING ALL);
  ALTER TABLE ${schema}.backup_logs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE POLICY everybody ON ${schema}.backup_logs USING (true);
  GRANT ALL ON ${schema}.backup_logs TO PUBLIC`;

describe('the schema of the log', () => {
  let db: Database & { server: TestServer };
  before(async () => {
    db = await openDatabase(startPostgres15);
    await db.sql('GRANT CREATE ON DATABASE postgres TO writer_b');
  });
  after(() => db.close());
  beforeEach(async () => {
    for (const schema of ['writer_a', 'backup']) await db.sql(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await db.sql('ALTER ROLE writer_a RESET search_path');
    await db.reset();
    await db.install();
  });

  const write = (login: string): Promise<void> =>
    db.withJournal(login, (journal) => journal.write(completedRow('run-1')));
  const rowsIn = async (schema: string): Promise<number> =>
    Number((await db.sql(`SELECT count(*) AS n FROM ${schema}.backup_logs`)).rows[0]?.['n']);

  for (const schema of ['writer_a', 'backup'])
    it(`is never ${schema}, which somebody else has made before the login of the job could find it`, async () => {
      await db.sql('ALTER ROLE writer_a SET search_path = "$user", backup, public');
      await db.as('writer_b', `CREATE SCHEMA ${schema}`);
      await db.sql(trap(schema));
      await db.sql(`ALTER TABLE ${schema}.backup_logs OWNER TO writer_b`);
      await write('writer_a');
      assert.deepEqual([await rowsIn('public'), await rowsIn(schema)], [1, 0]);
    });

  it('may be the one that its DBA has put in front, if it belongs to the owner of the database', async () => {
    await db.sql(trap('backup'));
    await db.sql(`ALTER ROLE writer_a SET search_path = backup, public`);
    await write('writer_a');
    assert.deepEqual([await rowsIn('public'), await rowsIn('backup')], [0, 1]);
  });

  it('is told where the only log belongs to a stranger, instead of making another beside it', async () => {
    await db.sql(trap('writer_a'));
    await db.sql('ALTER SCHEMA writer_a OWNER TO writer_b');
    await db.reset();
    await db.sql('GRANT CREATE ON SCHEMA public TO writer_a');
    await assert.rejects(write('writer_a'), {
      code: 'JournalSchemaMissing',
      message:
        'the only backup_logs stands in schema writer_a, which belongs to writer_b, neither this login nor the owner of the database',
    });
  });
});
