import assert from 'node:assert/strict';
import type { Result, RunReport } from '../../src/api/report.ts';
import type { Scene } from './scene.ts';

/** The words of the log for a run's result, once more and written down by hand. */
const STATUS: Readonly<Record<Result, string>> = {
  Succeeded: 'completed',
  Incomplete: 'incomplete',
  Failed: 'failed',
  Skipped: 'skipped',
  Interrupted: 'interrupted',
};

/** Exactly one row for every night so far, each saying what the night's report said, and none beside them. */
export async function assertLogged({ database, reports }: Scene): Promise<void> {
  if (!database) return;
  const rows = await database.sql('SELECT * FROM backup_logs ORDER BY run_id');
  const runIds = reports.map(({ runId }) => runId).sort();
  assert.deepEqual(
    rows.map((row) => row['run_id']),
    runIds,
  );
  for (const report of reports) assertRow(rows.find((row) => row['run_id'] === report.runId) ?? {}, report);
}

function assertRow(row: Record<string, unknown>, report: RunReport): void {
  const isGood = report.result === 'Succeeded';
  const [started, finished] = [row['started_at'], row['finished_at']];
  assert.ok(started instanceof Date && finished instanceof Date, `run ${report.runId} has no times`);
  assert.deepEqual(
    {
      status: row['status'],
      policy: row['policy'],
      path: row['backup_path'],
      hash: row['content_hash'],
      cases: row['total_cases'],
      files: row['total_files'],
      megabytes: row['total_size_mb'],
      error: row['error_message'],
      verification: row['verification'],
      start: started.toISOString(),
    },
    {
      status: STATUS[report.result],
      policy: report.policy,
      path: report.backup?.path ?? null,
      hash: report.backup?.contentHash ?? null,
      cases: report.cases,
      files: report.files,
      megabytes: (report.sourceBytes / 1_048_576).toFixed(2),
      error: isGood ? null : `${report.reason}: ${report.message}`,
      verification: report.verification ?? null,
      start: report.startTime,
    },
  );
  assert.ok(finished >= started && finished <= new Date(report.completionTime));
}
