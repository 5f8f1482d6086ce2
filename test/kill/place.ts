import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policySchema } from '../../src/api/policy.ts';
import { runBackup } from '../../src/backup/run.ts';
import { createLog } from '../../src/host/log.ts';
import type { Source, Store } from '../../src/store/store.ts';
import type { StartedJob, StartOptions } from '../cli/backup-job.ts';
import { policyOf, type Spec } from '../cli/policy-file.ts';
import { type TestClock, testClock } from '../night/test-clock.ts';

/**
 * Where a run gets killed: the small tree as source, and a destination that holds a backup of yesterday, which has to
 * stay, and one so old that tonight's run deletes it. Looked at past the job's own code.
 */
export interface Place extends AsyncDisposable {
  readonly workFolder: string;
  /** Starts `backup-job run` for the slot. */
  run(slot: string, options?: StartOptions): StartedJob;
  /** Every file of the destination, relative to it. */
  files(): Promise<string[]>;
  read(path: string): Promise<Buffer>;
}

export const RETENTION: Spec = { retention: { keepDays: 1, minimumBackups: 1 }, transfer: { uploadPartMiB: 4 } };

/** Past retention; a longer gap would make the calendar doubtful, and hold it. */
const DAYS_AGO = [5, 1];
const DAY_MS = 86_400_000;

/** Makes the two earlier backups, in this process and as on their days. */
export async function makeEarlierNights(
  spec: Spec,
  open: (clock: TestClock) => Promise<{ readonly source: Source; readonly destination: Store }>,
): Promise<void> {
  const workParent = await mkdtemp(join(tmpdir(), 'case-backup-earlier-'));
  for (const days of DAYS_AGO) {
    const clock = testClock(new Date(Date.now() - days * DAY_MS));
    const stores = await open(clock);
    const report = await runBackup({
      policy: policySchema.parse(policyOf({ ...spec, retention: { mode: 'Disabled' } })),
      slot: `night-${days}`,
      ...stores,
      openJournal: undefined,
      clock,
      log: createLog('silent', () => undefined),
      workParent,
      signal: new AbortController().signal,
    });
    await stores.source.close();
    await stores.destination.close();
    if (report.exitCode !== 0) throw new Error(`an earlier night failed: ${report.message}`);
  }
  await rm(workParent, { recursive: true });
}
