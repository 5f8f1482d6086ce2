import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { reportSchema } from '../../src/api/report.ts';
import { runJob, startJob } from '../cli/backup-job.ts';
import { openOffice } from '../cli/office.ts';
import { reportOf } from '../cli/refusal.ts';
import { type FaultyCall, faultyCalls } from '../support/faulty-calls.ts';

/** What a pod has between SIGTERM and SIGKILL, less what a busy machine takes. */
const MOST_MS = 50_000;

/** Calls into a share whose server is gone. `open` of a case holds every thread that Node has for files. */
const HUNG: readonly (readonly [FaultyCall, string, string])[] = [
  ['opendir', 'USA002_Jones', 'opening a folder of the source'],
  ['readdir', 'USA002_Jones', 'reading a folder of the source'],
  ['open', 'USA002_Jones/', 'opening files of the source'],
  ['read', 'USA002_Jones/film.mp4', 'reading a file of the source'],
  ['write', '.case-backup/incoming/', 'writing the upload'],
  ['fsync', '.case-backup/incoming', 'syncing the upload'],
  ['rename', '.case-backup/runs/', 'renaming a record'],
  ['link', '_backup.zip', 'moving the backup to its name'],
];

describe('SIGTERM ends a run within a minute, with its report, when the volume never answers', {
  concurrency: 4,
}, () => {
  for (const [call, part, what] of HUNG) {
    it(`while it is ${what}`, { timeout: 180_000 }, async () => {
      using office = openOffice();
      const film = join(office.source, 'USA002_Jones', 'film.mp4');
      writeFileSync(film, Buffer.alloc(20_000_000, 7));
      for (let n = 0; n < 12; n++) writeFileSync(join(office.source, 'USA002_Jones', `letter${n}.txt`), String(n));
      const message = join(office.folder, 'termination-log');
      const env = { ...office.env, CASE_BACKUP_TERMINATION_MESSAGE: message };
      const { process: job, ended } = startJob(['run', '-f', office.policy, '--json'], {
        env: { ...env, ...faultyCalls(call, part) },
        timeoutMs: 150_000,
      });
      const reached = Promise.withResolvers<void>();
      job.stderr?.on('data', (text: string) => {
        if (text.includes(`faulty ${call}`)) reached.resolve();
      });
      await Promise.race([reached.promise, ended]);
      const stoppedAt = performance.now();
      job.kill('SIGTERM');
      const outcome = await ended;
      assert.ok(performance.now() - stoppedAt < MOST_MS, `it took ${performance.now() - stoppedAt} ms`);
      assert.deepEqual([outcome.code, outcome.signal], [143, null], outcome.stderr);
      const report = reportSchema.parse(JSON.parse(outcome.stdout));
      assert.deepEqual([report.result, report.reason, report.backup], ['Interrupted', 'Terminated', undefined]);
      assert.equal(reportSchema.parse(JSON.parse(readFileSync(message, 'utf8'))).runId, report.runId);

      const next = await runJob(['run', '-f', office.policy, '--json'], { env: office.env });
      assert.equal(reportOf(next).reason, 'Verified', next.stdout);
      assert.deepEqual(readdirSync(join(office.destination, '.case-backup/incoming')), []);
    });
  }
});
