import { counted } from '../../api/counted.ts';
import type { Policy } from '../../api/policy.ts';
import type { Verification } from '../../api/report.ts';
import type { Clock } from '../../host/clock.ts';
import { Failure, messageOf } from '../../host/errors.ts';
import type { ReadableStore, Store } from '../../store/store.ts';
import { type Backup, type Inventory, seenBy, takeInventory } from '../inventory.ts';
import { backupDate } from '../names.ts';
import { mainArchive } from '../record.ts';
import { renewRecord } from '../renew-record.ts';
import { isOthers } from '../retention/retention.ts';
import { seriesOf } from '../series.ts';
import { verificationOf, verifyBackup } from './verify-backup.ts';

/** Verifies a backup that stands at the destination, for `backup-job verify`: against its run record, where it has one. */
export interface StoredVerification {
  readonly path: string;
  readonly bytes: number;
  readonly contentHash: string;
  readonly cases: number;
  readonly files: number;
  readonly verification: Verification;
  readonly warnings: readonly string[];
}

export interface VerifyStoredOptions {
  /** Whose newest backup is meant where none is named. */
  readonly policy: Policy;
  readonly level: Verification['level'];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  onBytes(count: number): void;
}

export async function verifyStored(
  destination: Store,
  name: string | undefined,
  options: VerifyStoredOptions,
): Promise<StoredVerification> {
  const { policy, level, clock, signal, onBytes } = options;
  const all = await takeInventory(destination, signal);
  const backup =
    name === undefined
      ? newestOf(seenBy(seriesOf(policy, all.records.records), all), policy, destination)
      : named(name, all, destination);
  const recorded = backup.proof && mainArchive(backup.proof.record);
  const expected = recorded ? { bytes: recorded.bytes, contentHash: recorded.contentHash } : {};
  const finding = await verifyBackup(destination, backup.file, {
    level,
    expected,
    // Each look another one, also of somebody who looks twice.
    turn: Math.floor(clock.now().getTime() / 1000),
    signal,
    onBytes,
  });
  if (!finding.isGood) throw finding.failure;
  const { contentHash, manifest } = finding.verified;
  const isWhole = level === 'Full' || backup.file.contentHash === undefined;
  return {
    path: destination.locate(backup.name),
    bytes: backup.file.size,
    contentHash,
    cases: manifest.total_cases,
    files: manifest.total_files,
    verification: verificationOf(finding, level, clock.now()),
    warnings: [
      ...(recorded
        ? []
        : ['NoRecord: no run record speaks for this backup; it was checked against its own manifest only']),
      ...(manifest.skipped_files > 0
        ? [`FilesMissing: it was made without ${counted(manifest.skipped_files, 'listed file')}`]
        : []),
      ...(isWhole ? await renewed(destination, backup, options) : []),
    ],
  };
}

/** Its bytes were hashed whole and are the recorded ones. Whoever may only read the destination can verify it all the same. */
async function renewed(
  destination: Store,
  { file: archive, proof, status }: Backup,
  { clock, signal }: VerifyStoredOptions,
): Promise<string[]> {
  if (!proof) return [];
  const what = 'TimeDiffers: its bytes are those that were verified, only its time is another one';
  const tell = (words: string): string[] => (status === 'retimed' ? [`${what}; ${words}`] : []);
  try {
    const isRenewed = await renewRecord(destination, proof, { archive, readTime: clock.now().toISOString() }, signal);
    return tell(isRenewed ? 'its record says so now' : 'its record was being changed by somebody else');
  } catch (error) {
    return tell(`its record could not be renewed: ${messageOf(error)}`);
  }
}

/** A file that no record speaks for may say any date: it is taken only where the policy has nothing else. */
function newestOf({ backups }: Inventory, { metadata }: Policy, destination: ReadableStore): Backup {
  const newest =
    backups.findLast(({ status }) => !isOthers(status) && status !== 'unproven') ??
    backups.findLast(({ status }) => status === 'elsewhere') ??
    backups.findLast(({ status }) => status === 'unproven');
  if (newest) return newest;
  throw new Failure(
    'NoBackups',
    `there is no backup of policy ${metadata.name} in ${destination.locate('')} to verify`,
    {
      hint:
        backups.length === 0
          ? 'backup-job run makes one'
          : 'the backups there are of other policies; backup-job verify NAME checks one of them, backup-job list shows them',
    },
  );
}

function named(wanted: string, inventory: Inventory, destination: ReadableStore): Backup {
  const folder = destination.locate('');
  const name = wanted.startsWith(`${folder}/`) ? wanted.slice(folder.length + 1) : wanted;
  const backup = inventory.backups.find((candidate) => candidate.name === name);
  if (backup) return backup;
  if (backupDate(name) === undefined) {
    throw new Failure('NotABackupName', `"${wanted}" is not the name of a backup, such as 2026-11-23_backup.zip`, {
      hint: `backup-job list shows what is in ${folder}`,
    });
  }
  const lost = inventory.lost.some(({ record }) => mainArchive(record)?.name === name);
  throw lost
    ? new Failure('BackupLost', `${destination.locate(name)} was made and verified, and is gone`, {
        hint: 'look at who deleted it; Dropbox keeps deleted files for 30 days and more',
      })
    : new Failure('BackupMissing', `there is no ${destination.locate(name)}`, {
        hint: `backup-job list shows what is in ${folder}`,
      });
}
