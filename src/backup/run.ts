import type { RunReport } from '../api/report.ts';
import { asFailure, type Failure } from '../host/errors.ts';
import { acquireLease, type Lease } from '../repository/lease.ts';
import { RECORD_VERSION, type RecordKeeper, recordKeeper } from '../repository/record.ts';
import { closeFailed } from './close-failed.ts';
import { finish } from './finish.ts';
import { makeBackup } from './make-backup.ts';
import { type Night, warn } from './night.ts';
import { prepare } from './prepare.ts';
import { predecessorOf, recover } from './recover.ts';
import { type RunOptions, startNight } from './start-night.ts';

/**
 * One night, from start to report. It never throws: however it ends there is a report, and the report's exit code is
 * the process's.
 *
 *   prepare → lease → recover → make (list → plan → archive ⇒ upload → verify → commit) → finish (record → log → retain)
 */
export async function runBackup(options: RunOptions): Promise<RunReport> {
  const { night, abort, dispose } = startNight(options);
  options.onStart?.(night);
  let keeper = recordKeeper(night.destination, firstRecord(night));
  let lease: Lease | undefined;
  let prepared = false;
  try {
    const identities = await prepare(night);
    prepared = true;
    lease = await acquireLease(night.destination, { ...night, onLost: abort });
    const inventory = await recover(night);
    const predecessor = predecessorOf(night.slot, inventory);
    if (predecessor) {
      warn(night, 'AlreadyDone', `run ${predecessor.record.runId} of the same slot has made this backup`);
      keeper = recordKeeper(night.destination, predecessor.record, predecessor.file);
    } else {
      await makeBackup(night, { identities, inventory, lease, keeper });
    }
    return await finish(night, keeper, lease);
  } catch (error) {
    return await closeFailed(night, reasonOf(error, night.signal), { keeper, lease, prepared });
  } finally {
    dispose();
  }
}

/** When the run was stopped, why it was stopped is the story, not which call noticed first. */
function reasonOf(error: unknown, signal: AbortSignal): Failure {
  return asFailure(signal.aborted ? signal.reason : error);
}

function firstRecord(night: Night): RecordKeeper['current'] {
  return {
    version: RECORD_VERSION,
    state: 'running',
    runId: night.runId,
    slot: night.slot,
    policy: night.policy.metadata.name,
    startTime: night.start.toISOString(),
    fence: 0,
    source: { location: night.source.locate('') },
  };
}
