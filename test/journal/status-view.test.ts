import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import { loadMigrations } from '../../src/journal/migrations.ts';
import { type Database, ENGINES, openDatabase } from './database.ts';
import { completedRow } from './rows.ts';

const LEGACY_TABLE = readFileSync(new URL('../../src/journal/sql/0001_backup_logs.sql', import.meta.url), 'utf8');

interface Run {
  readonly status: string | null;
  readonly hoursAgo: number;
  readonly policy?: string | null;
}

/** Runs of one night by their words, the first one first, an hour between them; the last began an hour ago. */
const night = (...words: string[]): Run[] => words.map((status, i) => ({ status, hoursAgo: words.length - i }));

/** The rule, once more and in another language. */
function isFailure(runs: readonly Run[]): boolean {
  const isOpen = ({ status, hoursAgo }: Run): boolean => status === 'running' && hoursAgo < 24;
  if (runs.some((run) => run.status === 'completed' || isOpen(run))) return false;
  return runs.some((run) => run.status !== 'skipped');
}

for (const [engine, start] of Object.entries(ENGINES)) {
  describe(`the view backup_status on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await openDatabase<Database['server']>(start);
      await db.install();
    });
    after(() => db.close());
    beforeEach(() => db.sql('TRUNCATE backup_logs'));

    /** All in the night of 23 November, whenever they began; a run is called by its place. */
    const insert = async (runs: readonly Run[]): Promise<void> => {
      for (const [i, { status, hoursAgo, policy = 'nightly' }] of runs.entries()) {
        await db.sql(
          `INSERT INTO backup_logs (run_id, policy, status, backup_date, started_at, written_by)
           VALUES ($1, $2, $3, '2026-11-23T03:00:00Z', now() - $4 * interval '1 hour', 'writer_a')`,
          [`${i}`, policy, status, hoursAgo],
        );
      }
    };
    const shown = async (columns = 'run_id, state, is_failure', role = 'case_person') =>
      (await db.as(role, `SELECT ${columns} FROM backup_status ORDER BY backup_status.night, policy`)).rows;

    it('says of a night all that a page shows', async () => {
      const row = completedRow('run-1');
      await db.withJournal('writer_a', (journal) => journal.write(row));
      assert.deepEqual(await shown('*'), [
        {
          policy: 'nightly',
          night: new Date(2026, 10, 23),
          run_id: 'run-1',
          state: 'completed',
          started_at: row.startedAt,
          finished_at: row.finishedAt,
          duration_seconds: 1200,
          backup_path: '/BACKUPS/2026-11-23_backup.zip',
          total_cases: 12,
          total_files: 3456,
          total_size_mb: '1177.38',
          error_message: null,
          verified: true,
          storage_used_bytes: '2200000000000',
          storage_allocated_bytes: '3000000000000',
          nights_left: '800',
          is_failure: false,
        },
      ]);
    });

    for (const [what, runs, run, state, failure] of [
      ['a completed run after a failed one', night('failed', 'completed'), '1', 'completed', false],
      ['a completed run before a failed one', night('completed', 'failed'), '0', 'completed', false],
      ['a completed run before one that is at work', night('completed', 'running'), '0', 'completed', false],
      ['a completed run after a skipped one', night('skipped', 'completed'), '1', 'completed', false],
      ['the newer of two completed runs', night('completed', 'completed', 'skipped'), '1', 'completed', false],
      ['a run at work after a failed one', night('failed', 'running'), '1', 'running', false],
      ['a skipped run that is alone', night('skipped'), '0', 'skipped', false],
      ['a failed run before a skipped one', night('failed', 'skipped'), '0', 'failed', true],
      ['the newer of two that left nothing', night('failed', 'interrupted'), '1', 'interrupted', true],
      ['an incomplete archive before a failed run', night('incomplete', 'failed'), '0', 'incomplete', true],
      ['a run that says running for 25 hours', [{ status: 'running', hoursAgo: 25 }], '0', 'unknown', true],
      ['a run that says nothing', [{ status: null, hoursAgo: 1 }], '0', 'unknown', true],
    ] as const) {
      it(`lets ${what} stand for the night`, async () => {
        await insert(runs);
        assert.deepEqual(await shown(), [{ run_id: run, state, is_failure: failure }]);
      });
    }

    it('has one row a night and policy, and tells a failure as the rule does, for any runs', async () => {
      const run = fc.record({
        status: fc.constantFrom('running', 'completed', 'incomplete', 'failed', 'skipped', 'interrupted'),
        hoursAgo: fc.integer({ min: 1, max: 48 }).filter((hours) => hours !== 24),
        policy: fc.constantFrom('nightly', 'weekly', null),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(run, { maxLength: 8 }), async (runs) => {
          await db.sql('TRUNCATE backup_logs');
          await insert(runs);
          const expected = ['nightly', 'weekly', null].flatMap((policy) => {
            const own = runs.filter((one) => one.policy === policy);
            return own.length > 0 ? [{ policy, is_failure: isFailure(own) }] : [];
          });
          assert.deepEqual(await shown('policy, is_failure'), expected);
        }),
        { numRuns: 60 },
      );
    });

    it('takes the day in UTC for the night, in whatever time zone one asks', async () => {
      await db.sql(`INSERT INTO backup_logs (run_id, backup_date) VALUES ('r', '2026-11-23T23:30:00-02:00')`);
      await db.sql(`SET TIME ZONE 'Pacific/Auckland'`);
      assert.deepEqual(await shown('night::text'), [{ night: '2026-11-24' }]);
      await db.sql('RESET TIME ZONE');
    });

    it('calls nothing verified in which one check failed', async () => {
      const row = completedRow('run-1');
      const verification = row.verification && { ...row.verification, cases_match: false };
      await db.withJournal('writer_a', (journal) => journal.write({ ...row, verification }));
      assert.deepEqual(await shown('verified'), [{ verified: false }]);
    });

    it('shows everybody the nights of the rows that they may see, and no stranger any', async () => {
      for (const role of ['writer_a', 'writer_b', 'app_owner']) {
        const run = { ...completedRow(role), policy: `of-${role}` };
        await db.withJournal(role, (journal) => journal.write(run));
      }
      assert.deepEqual(await shown('run_id', 'writer_a'), [{ run_id: 'writer_a' }]);
      assert.deepEqual(await shown('run_id', 'app_owner'), [{ run_id: 'app_owner' }]);
      assert.equal((await shown()).length, 3);
      await assert.rejects(shown('run_id', 'stranger'), { code: '42501' });
    });
  });

  describe(`the making of backup_status on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await openDatabase<Database['server']>(start);
    });
    after(() => db.close());
    beforeEach(() => db.reset());

    const exists = async (name: string): Promise<boolean> =>
      (await db.sql('SELECT to_regclass($1) IS NOT NULL AS found', [name])).rows[0]?.found;

    it('counts the rows of older scripts, and takes none of their words for a good one but completed', async () => {
      await db.as('app_owner', LEGACY_TABLE);
      await db.sql(`INSERT INTO backup_logs (backup_date, created_at, status) VALUES
        ('2026-09-01T03:00Z', '2026-11-01T04:00Z', DEFAULT), (NULL, '2026-09-02T04:00Z', 'done')`);
      await db.install();
      const columns = 'night::text, policy, run_id, state, verified, is_failure';
      const { rows } = await db.as('case_person', `SELECT ${columns} FROM backup_status ORDER BY backup_status.night`);
      const old = { policy: null, run_id: null, verified: false };
      assert.deepEqual(rows, [
        { night: '2026-09-01', state: 'completed', is_failure: false, ...old },
        { night: '2026-09-02', state: 'done', is_failure: true, ...old },
      ]);
    });

    it('leaves it out on a server that would show it to everybody, and adds it after the upgrade', async () => {
      const files = (await loadMigrations()).map(({ sql }) => sql);
      for (const sql of files) await db.as('app_owner', sql.replace('< 150000', '< 990000'));
      assert.equal(await exists('backup_status'), false);
      await db.sql('GRANT case_backup_writer TO writer_a; GRANT case_backup_admin TO case_person');
      await db.withJournal('writer_a', (journal) => journal.write(completedRow('run-1')));
      for (const sql of files) await db.as('app_owner', sql);
      const { rows } = await db.as('case_person', 'SELECT run_id FROM backup_status');
      assert.deepEqual(rows, [{ run_id: 'run-1' }]);
      const { rowCount } = await db.as('app_owner', 'SELECT run_id FROM backup_status');
      assert.equal(rowCount, 0);
    });

    for (const [kind, own] of Object.entries({
      TABLE: 'CREATE TABLE backup_status (night DATE)',
      VIEW: 'CREATE VIEW backup_status AS SELECT 1 AS night',
    })) {
      it(`does not take a ${kind} of that name that was there before for it, and changes nothing`, async () => {
        await db.as('app_owner', own);
        await assert.rejects(db.install(), { code: 'JournalUnusable', message: /backup_status/ });
        assert.equal(await exists('backup_logs'), false);
        await db.sql(`DROP ${kind} backup_status`);
      });
    }
  });
}
