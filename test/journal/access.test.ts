import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type Database, ENGINES, openDatabase } from './database.ts';
import { completedRow } from './rows.ts';

const DENIED = { code: '42501' };
const ROLES = ['app_owner', 'writer_a', 'writer_b', 'case_person'] as const;
type Role = (typeof ROLES)[number];

interface Written {
  readonly by: string | null;
  readonly status: string;
}

/** The rule, once more and in another language: an admin sees all, anybody else what bears their own name. */
const mayRead = (role: Role, row: Written): boolean => role === 'case_person' || row.by === role;

for (const [engine, start] of Object.entries(ENGINES)) {
  describe(`access to backup_logs on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await openDatabase<Database['server']>(start);
      await db.install();
      for (const role of ['writer_a', 'writer_b', 'app_owner']) {
        await db.as(role, `INSERT INTO backup_logs (run_id, status) VALUES ($1, 'running')`, {
          values: [`run-of-${role}`],
        });
      }
    });
    after(() => db.close());

    const seenBy = async (role: string): Promise<string[]> => {
      const { rows } = await db.as(role, 'SELECT run_id FROM backup_logs ORDER BY run_id');
      return rows.map((row) => row.run_id);
    };

    it('shows a writer its own rows only', async () => {
      assert.deepEqual(await seenBy('writer_a'), ['run-of-writer_a']);
      assert.deepEqual(await seenBy('writer_b'), ['run-of-writer_b']);
    });

    it('shows the owner of the table its own rows only, although it owns the table', async () => {
      assert.deepEqual(await seenBy('app_owner'), ['run-of-app_owner']);
    });

    it('shows an admin every row, and lets an admin change none', async () => {
      assert.deepEqual(await seenBy('case_person'), ['run-of-app_owner', 'run-of-writer_a', 'run-of-writer_b']);
      await assert.rejects(db.as('case_person', `INSERT INTO backup_logs (run_id) VALUES ('x')`), DENIED);
      await assert.rejects(db.as('case_person', `UPDATE backup_logs SET status = 'completed'`), DENIED);
    });

    it('refuses a stranger everything, the list of migrations included', async () => {
      await assert.rejects(db.as('stranger', 'SELECT FROM backup_logs'), DENIED);
      await assert.rejects(db.as('stranger', `INSERT INTO backup_logs (run_id) VALUES ('x')`), DENIED);
      await assert.rejects(db.as('stranger', 'SELECT FROM case_backup_migrations'), DENIED);
    });

    for (const role of ['writer_a', 'app_owner', 'case_person', 'stranger']) {
      it(`lets ${role} neither delete, nor truncate, nor attach a trigger or a foreign key`, async () => {
        await assert.rejects(db.as(role, 'DELETE FROM backup_logs'), DENIED);
        await assert.rejects(db.as(role, 'TRUNCATE backup_logs'), DENIED);
        const { rows } = await db.sql(
          `SELECT has_table_privilege($1, 'backup_logs', 'TRIGGER') AS t, has_table_privilege($1, 'backup_logs', 'REFERENCES') AS r`,
          [role],
        );
        assert.deepEqual(rows, [{ t: false, r: false }]);
      });
    }

    it("lets a writer neither write in another's name nor give a row away", async () => {
      const forged = `INSERT INTO backup_logs (run_id, status, written_by) VALUES ('x', 'running', 'writer_b')`;
      await assert.rejects(db.as('writer_a', forged), DENIED);
      await assert.rejects(db.as('writer_a', `UPDATE backup_logs SET written_by = 'writer_b'`), DENIED);
    });

    it("reports LogNotWritten for a run whose row is another writer's, and leaves that row alone", async () => {
      await assert.rejects(
        db.withJournal('writer_a', (journal) => journal.write(completedRow('run-of-writer_b'))),
        { code: 'LogNotWritten' },
      );
      const { rows } = await db.sql(`SELECT status, written_by FROM backup_logs WHERE run_id = 'run-of-writer_b'`);
      assert.deepEqual(rows, [{ status: 'running', written_by: 'writer_b' }]);
    });

    it('shows and lets change, for any rows, exactly what the rule says', async () => {
      const row = fc.record({
        by: fc.constantFrom('writer_a', 'writer_b', 'app_owner', 'case_person', 'long_gone', null),
        status: fc.constantFrom('running', 'completed', 'failed'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(row, { maxLength: 12 }), fc.constantFrom(...ROLES), async (rows, role) => {
          await db.sql('TRUNCATE backup_logs');
          for (const [i, { by, status }] of rows.entries()) {
            await db.sql('INSERT INTO backup_logs (run_id, status, written_by) VALUES ($1, $2, $3)', [
              `${i}`,
              status,
              by,
            ]);
          }
          const expected = rows.flatMap((written, i) => (mayRead(role, written) ? [`${i}`] : [])).sort();
          assert.deepEqual(await seenBy(role), expected);
          if (role === 'case_person') return;
          const changed = await db.as(role, `UPDATE backup_logs SET status = 'skipped'`);
          assert.equal(changed.rowCount, expected.length);
        }),
        { numRuns: 60 },
      );
    });
  });
}
