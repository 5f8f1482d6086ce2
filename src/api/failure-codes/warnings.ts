import type { Meaning } from './meaning.ts';

/** What did not stop a run, nor a command, but somebody should know. */
export const WARNINGS = {
  AftermathFailed: {
    means: 'The backup stands and is verified; retention or a record after it failed.',
    remedy: 'The next run does it.',
  },
  AlreadyDone: { means: 'A run of the same Job had already made this backup.', remedy: 'Nothing.' },
  BackupAltered: {
    means: 'A stored backup is no longer the file that was verified. It is never deleted and never counted.',
    remedy: "See who changed it; take the earlier version from Dropbox's history.",
  },
  BackupDamaged: {
    means:
      'A stored backup has the size and time that were verified, but other bytes: it was read again and is damaged. It is never deleted and never counted.',
    remedy:
      'Check the disk. Put a good copy in its place, if there is one; it is read again within 30 days, by `verify NAME` at once.',
  },
  BackupLost: {
    means: 'A verified backup is gone, and retention did not delete it.',
    remedy: 'See who deleted it, and restore it while Dropbox still has it.',
  },
  EarlierRunsNotLogged: {
    means:
      'Postgres refuses the rows of earlier runs, of this one it took it; retention goes on. The message has what it said.',
    remedy:
      'Rows of another login: "Another login" in [journal.md](journal.md). Else look for a trigger, rule or policy that refuses them; after 90 days their records go.',
  },
  FilesMissing: { means: '`verify`: the backup was incomplete from the start.', remedy: 'See "3 incomplete".' },
  JournalNewer: {
    means: "A newer case-backup has migrated the log's table; it is used as it is.",
    remedy: 'Use the same version everywhere.',
  },
  ListingRepeated: {
    means:
      'The source was listed again: it came out smaller than the last backup, or Dropbox had forgotten what moved meanwhile.',
    remedy: 'Nothing; it was believed only when two listings agreed, or when what had moved was known.',
  },
  LogNotWritten: {
    means: 'The run could not be logged in Postgres; retention deletes nothing until it is.',
    remedy: 'See the next section.',
  },
  MostlyExcluded: {
    means:
      '`spec.source.exclude` leaves out more than half of the files; a folder that is left out whole counts as one.',
    remedy: 'Check the globs. If they are right, nothing.',
  },
  NoRecord: {
    means: '`verify`: no run record speaks for this backup, so it was held only against its own manifest.',
    remedy: 'Was it copied here, or made by an older version?',
  },
  NothingToCompare: {
    means:
      'Backups stand here, or have stood here, but no run record of this policy: whether the source has shrunk is not known, and the guards were off this night.',
    remedy:
      'A new policy in a folder of others, or one with a new source: nothing. Else see who removed `.case-backup/runs/`, and compare this backup with an older one.',
  },
  PolicyElsewhere: {
    means:
      'The first night of this policy, in a folder with backups of a policy of the same name and source from another cluster or namespace. Tonight was compared with its newest night; its backups are neither counted nor ever deleted.',
    remedy:
      'If the other one is gone and this one stands in for it, name the UID of the message in `spec.retention.adopt`. If both run, nothing; or give each a folder of its own.',
  },
  PolicyNotKept: {
    means:
      'The copy of the policy in `.case-backup/` could not be brought up to date: somebody else writes it, or it can not be read.',
    remedy: 'See who writes into `.case-backup/`, or remove the file. The backup itself is not concerned.',
  },
  QuotaUnknown: {
    means: 'The destination did not say in time how full it is.',
    remedy: 'Nothing, if it passes: the backup stands, only this report and the log lack the figure.',
  },
  RecordChanged: {
    means: 'Somebody changed a run record while a later run was tidying it up.',
    remedy: 'See who writes into `.case-backup/`.',
  },
  RecordsUnreadable: {
    means: "Run records can't be read; the guards compare with the newest that can, and nothing is deleted.",
    remedy: 'Look at `.case-backup/runs/`, see the end of this page.',
  },
  RetentionCapped: {
    means: 'More backups have expired than one run may delete.',
    remedy: 'Nothing: later runs go on.',
  },
  RetentionHeld: {
    means: 'Expired backups stay; the message says why, see the end of this page.',
    remedy: 'Remove the reason.',
  },
  SourceMoving: {
    means:
      'Folders of the source got new names or lost some at each of eight looks after the listing. What stood still is in the backup.',
    remedy: 'Nothing, if a scanner or a log writes there. Else find out what moves files at night, and start later.',
  },
  SourceShrinking: {
    means:
      'Over the nights that are kept the source has lost `maxShrinkPercent` of its cases or files, or `maxByteShrinkPercent` of its bytes, each night too little to be refused.',
    remedy:
      'Find out where they went. If cases were closed, nothing: it ends when the larger nights have expired. From half on (three quarters of the bytes) the run is refused.',
  },
  TidyUpFailed: { means: 'After a failure, something was left behind.', remedy: 'The next run removes it.' },
  TlsUnchecked: {
    means: '`NODE_TLS_REJECT_UNAUTHORIZED=0` is set: nobody checks who answers for Dropbox or the database.',
    remedy:
      'Take it out, and give the authority of an inspecting proxy in `NODE_EXTRA_CA_CERTS=FILE`, that of a database in `sslrootcert`.',
  },
  UploadRestarted: {
    means: 'Dropbox forgot the upload, and it was sent once more from the beginning.',
    remedy: 'Nothing.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;
export type WarningCode = keyof typeof WARNINGS;
