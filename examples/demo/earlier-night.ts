import { tmpdir } from 'node:os';
import type { RunReport } from '../../src/api/report.ts';
import { runBackup } from '../../src/backup/run.ts';
import { type Clock, systemClock } from '../../src/host/clock.ts';
import { createLog } from '../../src/host/log.ts';
import { readPolicy } from '../../src/host/startup/policy-file.ts';
import { OWN_FOLDERS } from '../../src/repository/names.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';

/**
 * The same code as `backup-job run`, told that it is another day: the only way to show within a minute what retention
 * does after a month. No log is given to it, so that tonight's run finds runs in the records which no database knows.
 */
export async function earlierNight(policyFile: string, daysAgo: number): Promise<RunReport> {
  const policy = readPolicy(policyFile, {});
  const { source, destination } = policy.spec;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() - daysAgo * 86_400_000) };
  return await runBackup({
    policy,
    slot: undefined,
    source: openDirectoryStore(source.directory?.path ?? '', { clock }),
    destination: openDirectoryStore(destination.directory?.path ?? '', { clock, ownFolders: OWN_FOLDERS }),
    openJournal: undefined,
    clock,
    log: createLog('error', (line) => process.stderr.write(line)),
    workParent: tmpdir(),
    signal: new AbortController().signal,
  });
}
