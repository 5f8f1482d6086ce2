import type { EarlierRun, RunReport } from '../api/report.ts';
import { asFailure, type Failure, messageOf } from '../host/errors.ts';
import { sideBySide } from '../host/parallel.ts';
import { homeOf } from '../repository/home.ts';
import { seenBy } from '../repository/inventory.ts';
import { acquireLease, type Lease, lookAtLease } from '../repository/lease/lease.ts';
import { findPolicy, type KeptPolicy, keepPolicy, policyFileOf } from '../repository/policy-copy.ts';
import { RECORD_VERSION, type RunRecord } from '../repository/record.ts';
import { type RecordKeeper, recordKeeper } from '../repository/record-keeper.ts';
import { originOf, seriesAt } from '../repository/series.ts';
import { closeFailed } from './close-failed.ts';
import { earlierRuns } from './earlier-runs.ts';
import { finish, stopped } from './finish.ts';
import { makeBackup } from './make-backup.ts';
import { attemptOf, type Night, type NightOptions } from './night.ts';
import { prepare } from './prepare.ts';
import { predecessorOf, recover } from './recover.ts';
import { startNight } from './start-night.ts';

/**
 * One night, from start to report. It never throws: however it ends there is a report, and the report's exit code is
 * the process's.
 *
 *   prepare → lease → recover → make (list → plan → archive ⇒ upload → verify → commit) → finish (record → log → retain)
 */
export async function runBackup(options: NightOptions): Promise<RunReport> {
  const { night, abort, dispose } = startNight(options);
  let keeper = recordKeeper(night.destination, firstRecord(night));
  let lease: Lease | undefined;
  let prepared = false;
  let earlier: readonly EarlierRun[] | undefined;
  try {
    const [identities, seen] = await sideBySide(
      night.signal,
      (signal) => prepare({ ...night, signal }),
      (signal) => lookAtLease(night.destination, signal),
    );
    const { source } = identities;
    prepared = true;
    const held = await acquireLease(night.destination, { ...night, attempt: attemptOf(night), seen, onLost: abort });
    lease = held;
    const bookmark = bookmarkAhead(night);
    const [recovered, kept] = await sideBySide(
      night.signal,
      () => recover(night, held),
      (signal) => findPolicy(night.destination, night.policy, signal),
    );
    const inventory = seenBy(seriesAt(night.policy, originOf(night.source, source)), recovered);
    earlier = earlierRuns(inventory, night.slot);
    const predecessor = predecessorOf(night, source, inventory);
    if (predecessor) {
      night.warn('AlreadyDone', `run ${predecessor.record.runId} of the same Job has made this backup`);
      keeper = recordKeeper(night.destination, predecessor.record, predecessor.file);
      await rememberPolicy(night, kept);
    } else {
      const wrong = await makeBackup(night, {
        inventory,
        wasHere: kept.own !== undefined || kept.former !== undefined,
        identities,
        bookmark,
        lease,
        keeper,
        remember: () => rememberPolicy(night, kept),
      });
      if (wrong) return await closeFailed(night, wrong, { keeper, lease, prepared, earlierRuns: earlier });
    }
    const report = await finish(night, { inventory, keeper, lease });
    await letGo(night, lease);
    return night.signal.aborted ? stopped(report, night) : report;
  } catch (error) {
    return await closeFailed(
      night,
      { failure: reasonOf(error, night.signal) },
      { keeper, lease, prepared, earlierRuns: earlier },
    );
  } finally {
    dispose();
    await letGo(night, lease);
  }
}

/** Of the source, asked for beside what is looked at first: the older it is, the more of what moves it tells. Whoever lists hears how that went. */
function bookmarkAhead({ source, signal }: Night): Promise<string | undefined> {
  const bookmark = source.bookmark(signal);
  bookmark.catch(() => undefined);
  return bookmark;
}

/** A store may have stopped answering, and a pod is killed 30 s after SIGTERM. */
const LET_GO_MS = 5_000;

/** Whatever has happened, a run that is over holds nobody up: it renews its lease no more, and gives it back if it can. */
async function letGo({ log }: Night, lease: Lease | undefined): Promise<void> {
  try {
    await lease?.release(AbortSignal.timeout(LET_GO_MS));
  } catch (error) {
    if (asFailure(error).code !== 'LeaseLost')
      log.warn({}, `the lease was not released and will expire: ${messageOf(error)}`);
  }
}

/** When the run was stopped, why it was stopped is the story, not which call noticed first. */
function reasonOf(error: unknown, signal: AbortSignal): Failure {
  return asFailure(signal.aborted ? signal.reason : error);
}

/** Nothing needs the copy while the cluster stands: no fault of it may cost a backup. */
async function rememberPolicy(night: Night, kept: KeptPolicy): Promise<void> {
  const what = `${night.destination.locate(policyFileOf(night.policy))}, the copy of the policy,`;
  try {
    if (await keepPolicy(night.destination, night.policy, kept, night.signal)) return;
    night.warn('PolicyNotKept', `${what} was changed by somebody else and is not ours`);
  } catch (error) {
    night.signal.throwIfAborted();
    night.warn('PolicyNotKept', `${what} could not be kept: ${messageOf(error)}`);
  }
}

function firstRecord(night: Night): RecordKeeper['current'] {
  const home = homeOf(night.policy);
  const record: RunRecord = {
    version: RECORD_VERSION,
    kind: 'Backup',
    layout: 'Single',
    state: 'running',
    runId: night.runId,
    slot: night.slot,
    policy: night.policyName,
    ...(home && { home }),
    startTime: night.start.toISOString(),
    fence: 0,
    source: { location: night.source.locate('') },
  };
  return record;
}
