import { type Judgement, type Judgements, judged } from '../../api/conditions.ts';
import { counted } from '../../api/counted.ts';
import { EXIT_CODES } from '../../api/exit-codes.ts';
import type { PolicySpec } from '../../api/policy.ts';
import type { FinishedRun, PolicyStatus } from '../../api/status.ts';
import { credentialsSecret } from '../store-access.ts';
import type { Freshness } from './cached-policy.ts';
import { isUnseen } from './outcome.ts';

/** Every condition but Ready, as pure functions of what the status says already. */
export function judge(spec: PolicySpec, status: PolicyStatus, now: Date): Omit<Judgements, 'Ready'> {
  return {
    ...judgeRuns(status),
    Fresh: judgeFresh(spec, status, now),
    RetentionEnforced: retentionEnforced(spec, status),
    CredentialsValid: credentialsValid(spec, status),
  };
}

/** What the runs have shown, whatever the spec now says. */
export function judgeRuns(
  status: PolicyStatus,
): Omit<Judgements, 'Ready' | 'Fresh' | 'RetentionEnforced' | 'CredentialsValid'> {
  return {
    Progressing: progressing(status),
    LastRunSucceeded: lastRunSucceeded(status),
    Verified: verified(status),
    QuotaSufficient: quotaSufficient(status),
    GuardsActive: guardsActive(status),
    BackupsIntact: backupsIntact(status),
  };
}

const yes = (reason: string, message: string): Judgement => judged('True', reason, message);
const no = (reason: string, message: string): Judgement => judged('False', reason, message);
const unknown = (reason: string, message: string): Judgement => judged('Unknown', reason, message);
const noRunYet = unknown('NoRunYet', 'no run has ended yet');

function progressing({ activeRun, overdueScheduleTime }: PolicyStatus): Judgement {
  if (!activeRun)
    return overdueScheduleTime === undefined
      ? no('Idle', 'no run is going on')
      : no('Overdue', `no run is going on, and that of ${overdueScheduleTime} has not begun`);
  return activeRun.waiting === undefined
    ? yes('Running', `${activeRun.jobName} is running`)
    : yes('Waiting', `${activeRun.jobName} waits: ${activeRun.waiting}`);
}

/** The newest run that tried: a skipped one says nothing about backups, the one that held the lease does. */
export const newestAttempt = ({ history = [] }: PolicyStatus): FinishedRun | undefined =>
  history.find(({ result }) => result !== 'Skipped');

function lastRunSucceeded(status: PolicyStatus): Judgement {
  const run = newestAttempt(status);
  if (!run) return noRunYet;
  if (run.result === 'Succeeded') return yes(run.reason, `${run.jobName}: ${run.message}`);
  return isUnseen(run)
    ? unknown(run.reason, `${run.jobName}: ${run.message}`)
    : no(run.reason, `${run.jobName}: ${run.message}`);
}

export function judgeFresh(
  { suspend, staleAfterSeconds }: Freshness,
  { lastSuccessTime }: PolicyStatus,
  now: Date,
): Judgement {
  const at = freshUntil(staleAfterSeconds, lastSuccessTime);
  if (at !== undefined && now.getTime() < at)
    return yes('Fresh', `the newest verified backup is of ${lastSuccessTime}`);
  if (suspend)
    return unknown(
      'Suspended',
      `suspended; ${lastSuccessTime === undefined ? 'no backup was ever verified' : `the newest verified backup is of ${lastSuccessTime}`}`,
    );
  return lastSuccessTime === undefined
    ? no('NeverSucceeded', 'no backup was ever verified')
    : no('Stale', `the newest verified backup is of ${lastSuccessTime}, more than ${staleAfterSeconds} s ago`);
}

/** The instant, in UTC milliseconds, at which a policy stops being fresh. */
export const freshUntil = (staleAfterSeconds: number, lastSuccessTime: string | undefined): number | undefined =>
  lastSuccessTime === undefined ? undefined : Date.parse(lastSuccessTime) + staleAfterSeconds * 1000;

function verified({ lastVerification, lastRun }: PolicyStatus): Judgement {
  if (!lastVerification) return lastRun ? unknown('NotVerified', 'no run has come as far as a check') : noRunYet;
  return lastVerification.result === 'Succeeded'
    ? yes('Verified', `${lastVerification.backupPath ?? 'the last backup'} was checked (${lastVerification.level})`)
    : no('Mismatch', 'the stored object was not what had been sent');
}

function retentionEnforced({ retention: { mode } }: PolicySpec, { retention }: PolicyStatus): Judgement {
  if (mode === 'Disabled') return unknown('Disabled', 'retention is disabled; nothing is deleted');
  if (!retention) return unknown('NoRunYet', 'retention has not run yet');
  if (mode === 'DryRun' && retention.wouldDelete > 0)
    return no('DryRun', `${counted(retention.wouldDelete, 'expired backup')}; mode DryRun deletes none`);
  if (retention.heldBecause !== undefined) return no('Held', `nothing was deleted: ${retention.heldBecause}`);
  return retention.expiredPending > 0
    ? no(
        'Behind',
        `${counted(retention.expiredPending, 'expired backup')} still there; later runs delete what has expired`,
      )
    : yes('Enforced', `${counted(retention.backups, 'backup')} kept, none has expired`);
}

function guardsActive({ baseline }: PolicyStatus): Judgement {
  switch (baseline?.kind) {
    case undefined:
      return unknown('NotReported', 'no run has told yet what it was compared with');
    case 'LastNight':
      return yes('Compared', `the last run was compared with run ${baseline.runId ?? 'of the night before'}`);
    case 'FirstBackup':
      return yes('FirstBackup', 'the last run was the first here; there was nothing to compare it with');
    case 'Nothing':
      return no(
        'NothingToCompare',
        'backups stand at the destination, but none that the last run could be compared with',
      );
    case 'Forgotten':
      return no('MemoryLost', 'a backup was verified before, but the destination knows of none: is it the same one?');
  }
}

function backupsIntact({ retention }: PolicyStatus): Judgement {
  if (retention?.damaged === undefined) return unknown('NotReported', 'no run has read stored backups again yet');
  if (retention.damaged > 0)
    return no('Damaged', `${counted(retention.damaged, 'stored backup')} no longer what was verified`);
  return retention.oldestReadTime === undefined
    ? yes('Intact', 'no stored backup was found damaged')
    : yes('Intact', `every stored backup was read since ${retention.oldestReadTime}`);
}

/** Room for two more backups of the last one's size, so that there is a night to act in. */
function quotaSufficient({ quota, lastSuccess }: PolicyStatus): Judgement {
  if (!quota) return unknown('NotReported', 'no run has reported the space yet');
  const free = Math.max(0, quota.allocatedBytes - quota.usedBytes);
  const wanted = 2 * (lastSuccess?.archiveBytes ?? 0);
  const words = `${free} of ${quota.allocatedBytes} bytes are free`;
  return free > 0 && free >= wanted ? yes('Sufficient', words) : no('QuotaLow', `${words}; two backups need ${wanted}`);
}

/** The last run that could tell: one that was refused, or one that came far enough to have listed the source. */
function credentialsValid(spec: PolicySpec, { history = [], activeRun }: PolicyStatus): Judgement {
  const secret = credentialsSecret(spec);
  if (secret === undefined) return yes('NotNeeded', 'both ends are folders');
  if (activeRun?.waiting !== undefined && isAboutSecret(activeRun.waiting, secret))
    return no('SecretMissing', activeRun.waiting);
  for (const run of history) {
    if (run.exitCode === EXIT_CODES.credentials || run.reason === 'SecretMissing') return no(run.reason, run.message);
    if (run.result === 'Succeeded' || run.result === 'Incomplete') return yes('Accepted', 'Dropbox accepted them');
  }
  return history.length === 0 ? noRunYet : unknown('NotProven', 'no run has come far enough to tell');
}

/** The kubelet's words for a Secret or key that is not there: `secret "x" not found`, `couldn't find key k in Secret ns/x`. */
export const isAboutSecret = (waiting: string, secret: string): boolean =>
  waiting.includes(`secret "${secret}" not found`) || (waiting.includes('in Secret') && waiting.endsWith(`/${secret}`));
