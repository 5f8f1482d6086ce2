import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { registerSecret } from '../../src/host/secrets.ts';
import { JOURNAL_STATUSES, type JournalRow } from '../../src/journal/journal.ts';
import { type Database, ENGINES, openDatabase } from './database.ts';
import { completedRow, runningRow } from './rows.ts';

for (const [engine, start] of Object.entries(ENGINES)) {
  describe(`writing the log on ${engine}`, () => {
    let db: Database;
    before(async () => {
      db = await openDatabase<Database['server']>(start);
    });
    after(() => db.close());
    beforeEach(async () => {
      await db.reset();
      await db.install();
    });

    const write = (...rows: JournalRow[]): Promise<void> =>
      db.withJournal('writer_a', async (journal) => {
        for (const row of rows) await journal.write(row);
      });
    const stored = async (): Promise<Record<string, unknown>[]> => (await db.sql('SELECT * FROM backup_logs')).rows;
    const statuses = async (): Promise<unknown[]> => (await stored()).map((row) => row['status']);

    it('stores every field, and the size in MB of 1,048,576 bytes with two decimals', async () => {
      const row = completedRow('run-1');
      await write(row);
      const [found] = await stored();
      const { id, created_at, ...rest } = found ?? {};
      assert.match(String(id), /^[0-9a-f-]{36}$/);
      assert.ok(created_at instanceof Date);
      assert.deepEqual(rest, {
        run_id: 'run-1',
        policy: 'nightly',
        backup_date: row.backupDate,
        backup_path: '/BACKUPS/2026-11-23_backup.zip',
        total_cases: 12,
        total_files: 3456,
        total_size_mb: '1177.38',
        status: 'completed',
        error_message: null,
        verification: row.verification,
        content_hash: row.contentHash,
        storage: { used_bytes: 2_200_000_000_000, allocated_bytes: 3_000_000_000_000, nights_left: 800 },
        started_at: row.startedAt,
        finished_at: row.finishedAt,
        written_by: 'writer_a',
      });
    });

    it('takes a row whose record says what no column holds, without the number', async () => {
      const policy = Array.from({ length: 10_000 }, (_, i) => (i * i * 7919).toString(36)).join('');
      await write({ ...completedRow('run-1'), policy, totalCases: Number.MAX_SAFE_INTEGER, totalFiles: 2 ** 31 });
      await write({ ...completedRow('run-2'), totalCases: 2 ** 31 - 1 });
      const rows = await stored();
      assert.deepEqual(
        rows.map((row) => [row['run_id'], row['total_cases'], row['total_files']]),
        [
          ['run-1', null, null],
          ['run-2', 2 ** 31 - 1, 3456],
        ],
      );
      assert.ok(policy.startsWith(String(rows[0]?.['policy']).slice(0, -1)));
    });

    it('turns the running row of a run into the finished one', async () => {
      await write(runningRow('run-1'), completedRow('run-1'));
      assert.deepEqual(await statuses(), ['completed']);
    });

    it('takes the same row twice and keeps one', async () => {
      await write(completedRow('run-1'));
      const once = await stored();
      await write(completedRow('run-1'));
      assert.deepEqual(await stored(), once);
    });

    it('never turns a finished row back into a running one', async () => {
      await write(completedRow('run-1'));
      const finished = await stored();
      await write(runningRow('run-1'));
      assert.deepEqual(await stored(), finished);
    });

    for (const status of JOURNAL_STATUSES) {
      it(`accepts the status ${status}`, async () => {
        await write({ ...completedRow('run-1'), status });
        assert.deepEqual(await statuses(), [status]);
      });
    }

    it('keeps the reason of a failure short, on one line and without secrets', async () => {
      registerSecret('hunter2-hunter2');
      const errorMessage = `SourceMissing:\tno\0 folder\r\n/CASES \u001b[31mhunter2-hunter2 ${'🗂'.repeat(3000)}`;
      await write({ ...runningRow('run-1'), status: 'failed', errorMessage });
      const message = String((await stored())[0]?.['error_message']);
      const opening = 'SourceMissing: no folder /CASES [31m[redacted] ';
      assert.equal(message.slice(0, opening.length), opening);
      const bytes = Buffer.byteLength(message);
      assert.ok(bytes > 1996 && bytes <= 2000, `${bytes} bytes`);
      assert.ok(message.endsWith('🗂…') && message.isWellFormed());
    });

    it('stores texts with NUL bytes without them', async () => {
      const row = completedRow('run-1');
      await write({ ...row, policy: 'night\0ly', backupPath: '/BACKUPS/\0x.zip', contentHash: '\0ab' });
      const [found] = await stored();
      assert.deepEqual(
        [found?.['policy'], found?.['backup_path'], found?.['content_hash']],
        ['nightly', '/BACKUPS/x.zip', 'ab'],
      );
    });

    it('names the runs that have no finished row: absent ones and those that still say running', async () => {
      const unfinished = await db.withJournal('writer_a', async (journal) => {
        await journal.write(completedRow('done'));
        await journal.write(runningRow('begun'));
        return [await journal.unfinished(['absent', 'done', 'begun', 'absent']), await journal.unfinished([])];
      });
      assert.deepEqual(unfinished, [['absent', 'begun'], []]);
    });

    it('reports LogNotWritten when a policy that is missing lets an update touch nothing', async () => {
      await write(runningRow('run-1'));
      await db.sql('DROP POLICY writer_update ON backup_logs');
      await assert.rejects(write(completedRow('run-1')), { code: 'LogNotWritten' });
      assert.deepEqual(await statuses(), ['running']);
    });

    it('reports LogNotWritten when no policy lets the login insert', async () => {
      await db.sql('DROP POLICY writer_insert ON backup_logs');
      await assert.rejects(write(runningRow('run-1')), { code: 'LogNotWritten' });
      assert.deepEqual(await stored(), []);
    });

    it('reports LogNotWritten when a trigger swallows the row without an error', async () => {
      await db.sql(`CREATE OR REPLACE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`);
      await db.sql('CREATE TRIGGER swallow BEFORE INSERT ON backup_logs FOR EACH ROW EXECUTE FUNCTION swallow()');
      for (const row of [runningRow('run-1'), completedRow('run-1')]) {
        await assert.rejects(write(row), { code: 'LogNotWritten', message: /0 rows instead of 1 for run run-1/ });
      }
    });
  });
}
