import type { Meaning } from './meaning.ts';

/** Exit 5: a guard stopped the run. */
export const REFUSED = {
  Overlap: {
    means: 'Source and destination contain each other, so that every backup would hold the one before it.',
    remedy:
      'Choose a destination beside the source: `/CASES` and `/BACKUPS`. Links, mounts and shares are seen through: a backup folder that is mounted in a case as well has to go from there, or to be excluded (`Smith/Backups/**`).',
  },
  SourceEmpty: {
    means: 'The source has fewer files than `spec.guards.minFiles`.',
    remedy: "Check the folder and the account's access to it.",
  },
  SourceMissing: {
    means: 'The source folder does not exist.',
    remedy: 'Was it renamed, moved, or its sharing ended? In a team space, check `spec.source.dropbox.namespace`.',
  },
  SourceShrunk: {
    means:
      'The source has `maxShrinkPercent` fewer cases or files, or `maxByteShrinkPercent` fewer bytes, than the last backup; or half of the cases or files, or three quarters of the bytes, of the largest of the nights that are kept.',
    remedy:
      'Find out where they went. Only if it is right: set the field that the hint names (`spec.guards.maxShrinkPercent` or `maxByteShrinkPercent`) to 100 for one night, then back.',
  },
  TooManyCases: {
    means: 'The source has so many cases (some 60,000) that the manifest could not list them in 32 MiB.',
    remedy: 'Split the source into several policies.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Exit 11: another run holds the lease. */
export const LEASE_HELD = {
  LeaseHeld: {
    means: 'Another run holds this destination.',
    remedy:
      'Wait for it. A run that died lets go three minutes after its last sign of life; on the same machine at once.',
  },
  LeaseLost: {
    means: 'This run was silent for so long (a frozen machine, a suspended laptop) that another one took over.',
    remedy: 'Nothing, if the other one succeeded: look at it.',
  },
  RecordClosed: {
    means:
      "Somebody else has written this run's record: another run, which took this one for dead, or an edit by hand.",
    remedy: 'Nothing, if another run succeeded: look at it. Else see who writes into `.case-backup/runs/`.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Exit 13. */
export const NO_SPACE = {
  FileTooLarge: {
    means: "The file system can't hold so large a file (FAT ends at 4 GiB), or `ulimit -f` is too low.",
    remedy: 'Use another file system, or raise the limit.',
  },
  NoSpace: {
    means: 'The destination or the work folder is full.',
    remedy:
      'Free some space. The work folder (`CASE_BACKUP_WORK_DIR`) needs about 1.2 KB per file of the source. No backup is deleted to make room.',
  },
  QuotaExceeded: {
    means: "The destination has less room than tonight's backup will take, judged by how well the last one compressed.",
    remedy:
      'Free some space or enlarge the plan; or, if you can spare older backups, lower `spec.retention.keepDays` and `minimumBackups` and run `backup-job prune`.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Exit 14. */
export const OUT_OF_TIME = {
  DeadlineExceeded: {
    means: 'The run took longer than `spec.job.activeDeadlineSeconds`.',
    remedy: 'Raise it. `stageSeconds` in the report shows which stage took so long.',
  },
  RateLimited: {
    means: 'Dropbox has refused requests for an hour, or until the deadline.',
    remedy:
      'See what else uses the same app and account, and move `spec.schedule` away from it: the run finds the pace that Dropbox allows by itself.',
  },
  RemoteUnavailable: {
    means: 'Dropbox could not be reached, or failed, for an hour or until the deadline.',
    remedy: "Check the network, the proxy, and Dropbox's status page.",
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Exit 130. */
export const INTERRUPTED = {
  Interrupted: {
    means: 'Somebody pressed Ctrl-C.',
    remedy: 'Run again. If the message says that the backup is verified and in place, only housekeeping was left.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;

/** Exit 143. */
export const TERMINATED = {
  Terminated: {
    means: 'The machine or Kubernetes ended the process (a drained node, `docker stop`).',
    remedy: 'As above.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;
