import type { Meaning } from './meaning.ts';

/** Exit 2: nothing was attempted, or nothing can be, until somebody corrects a setting. */
export const CONFIGURATION = {
  AccessDenied: {
    means: 'The operating system gives no permission for a folder or file.',
    remedy: 'Check owner, mode and mount options, and the user that the job runs as.',
  },
  AppFolderOnly: {
    means: 'The Dropbox app sees only its own folder.',
    remedy: 'Make an app with full access, or set `namespace: Home` and use paths within the app folder.',
  },
  BackupMissing: { means: 'There is no backup of that name.', remedy: '`backup-job list` shows the names.' },
  CertificateRefused: {
    means: 'The certificate of Dropbox is not trusted.',
    remedy:
      'Behind an inspecting proxy, give its authority in `NODE_EXTRA_CA_CERTS=FILE`; else check the clock, then the network.',
  },
  CommandLineInvalid: {
    means: 'A command, an option or its value is not one that there is.',
    remedy: '`backup-job --help` shows them all.',
  },
  DestinationMissing: {
    means: 'The destination folder does not exist. It is not made for you: an unmounted volume looks the same.',
    remedy: 'Make the folder, or mount its volume.',
  },
  HostUnknown: {
    means: 'No name server knows the host that `HTTPS_PROXY`, `HTTP_PROXY` or `CASE_BACKUP_DROPBOX_ORIGIN` names.',
    remedy: 'Correct the variable that the message names, or see which name servers the machine or pod uses.',
  },
  LeaseUnreadable: {
    means: 'A folder, or something else that is no file, stands where `.case-backup/lease.json` belongs.',
    remedy: 'Look at who made it, and remove it.',
  },
  ListenFailed: { means: "The port of `--listen` can't be had.", remedy: 'Choose a free one.' },
  ListenInvalid: { means: '`--listen` is not `[ADDRESS:]PORT`.', remedy: 'For example `--listen 127.0.0.1:8080`.' },
  NameRefused: {
    means: 'Dropbox does not accept the name of a folder or file.',
    remedy: 'Choose another in the policy.',
  },
  NewerManifest: {
    means: 'A newer case-backup wrote this backup.',
    remedy:
      'Use that version, or restore it by hand: [restore-by-hand.md](restore-by-hand.md) works for every version.',
  },
  NoBackups: { means: 'There is no backup to verify.', remedy: '`backup-job run` makes one.' },
  NoWritePermission: {
    means: 'The account may read the backup folder and not write into it.',
    remedy: 'Give the account edit access, or choose another folder.',
  },
  NotABackupName: {
    means: 'What was given to `verify` is not the name of a backup.',
    remedy: 'Write it as `2026-11-23_backup.zip`.',
  },
  NotAFolder: { means: 'A path of the policy is a file.', remedy: 'Name a folder.' },
  NotMounted: {
    means: 'No volume is mounted where `requireMount` asks for one: backups would go to the disk of the system.',
    remedy: 'Mount the volume, or take `spec.destination.directory.requireMount` out.',
  },
  OriginInvalid: {
    means: 'What `CASE_BACKUP_DROPBOX_ORIGIN` names is no place that answers as Dropbox does.',
    remedy: 'Leave it unset to reach Dropbox itself; it is for tests.',
  },
  PolicyAmbiguous: { means: 'The file holds several policies.', remedy: 'Give each a file of its own.' },
  PolicyInvalid: {
    means: 'The policy has faults; the message names every one of them with its field.',
    remedy: '[policy.md](policy.md) has every field; [examples/](../examples/) are complete.',
  },
  PolicyMissing: {
    means: 'No policy was given, or the file holds none.',
    remedy: '`-f policy.yaml`, or the policy itself in `CASE_BACKUP_POLICY`.',
  },
  PolicyUnreadable: {
    means: "The file can't be read, or is no YAML.",
    remedy: 'Check the path after `-f`; the message has line and column.',
  },
  ProxyInvalid: {
    means:
      '`HTTPS_PROXY` or `HTTP_PROXY` is not the address of a proxy, or names one with `https://` that speaks no TLS.',
    remedy: 'Write it as `http://HOST:PORT`.',
  },
  ProxyRefused: {
    means: 'The proxy answers and does not lead to Dropbox.',
    remedy: 'Let it lead to `api.dropboxapi.com` and `content.dropboxapi.com`, port 443, or name another.',
  },
  RetentionDisabled: {
    means: '`prune`: `spec.retention.mode` is Disabled, which lets nothing be deleted.',
    remedy: '`prune --dry-run` shows what has expired; `prune --force` deletes it all the same.',
  },
  RootNotFolder: { means: 'The Dropbox path of the policy is a file.', remedy: 'Name a folder.' },
  SecretInvalid: {
    means:
      'A secret has something inside that no key, token or URL has (a line end, a space), or its file is too large.',
    remedy: 'Write it anew, the value alone: `printf %s VALUE > FILE`. White space around it does no harm.',
  },
  SecretMissing: {
    means: 'A Dropbox secret is not set.',
    remedy: 'Set `DROPBOX_APP_KEY`, `DROPBOX_APP_SECRET` and `DROPBOX_REFRESH_TOKEN`, or their `_FILE` forms.',
  },
  SecretTwice: { means: 'A secret is set both as `NAME` and as `NAME_FILE`.', remedy: 'Keep one of them.' },
  SecretUnreadable: {
    means: "The file of a secret can't be read.",
    remedy: 'Check the path in `NAME_FILE` and its permissions.',
  },
  SettingInvalid: {
    means:
      'A variable of the environment (`CASE_BACKUP_LOG_LEVEL`, `CASE_BACKUP_WORK_DIR`, …) is no such thing; the message names it.',
    remedy: 'Correct it, or leave it unset.',
  },
  SlotInvalid: {
    means: '`CASE_BACKUP_SLOT` is no word that a run record could hold.',
    remedy: "Leave it unset. In Kubernetes it is the Job's UID, and the controller sets it.",
  },
  StateFolderInvalid: {
    means: 'A link or a file stands where `.case-backup` or a folder in it belongs.',
    remedy: 'Look at who made it, and move it away; the folder is made anew.',
  },
  VolumeReadOnly: {
    means: 'The volume of the destination is mounted read-only.',
    remedy:
      'Mount it writable. A system makes a disk read-only by itself after an error: look at its log, check the disk.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;
