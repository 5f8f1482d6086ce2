import type { Meaning } from './meaning.ts';

/** Exit 1: a retry may help. */
export const FAILED = {
  ClaimHeld: {
    means:
      'Another process has kept a file of a folder destination to itself for 90 s, or a folder stands where a process would say so.',
    remedy: 'See whether another run writes there. If none does, delete what the message names (`….claim`).',
  },
  CommitConflict: {
    means:
      'Ten names for the backup, one after the other, were taken by something else; or somebody removed our upload.',
    remedy: 'Run again. If it comes back, find out who else writes into the backup folder.',
  },
  DirectoryFailed: {
    means: 'A folder or volume answered with a fault that is none of the usual ones.',
    remedy:
      "Check that the volume is mounted and healthy; the message has the operating system's word (`EIO`, `ESTALE`).",
  },
  DropboxRefused: {
    means: 'Dropbox refused something with a word that this program does not know.',
    remedy: 'Look the word up in the Dropbox API reference, and report it to us.',
  },
  HeadersTooLarge: {
    means: 'The headers of a request or an answer are larger than what stands between lets through, or than 1 MiB.',
    remedy: 'Look for a path of thousands of letters in the policy; else at the proxy.',
  },
  LimitReached: {
    means: 'The system gave the process no more open files, memory or threads (`EMFILE`, `ENFILE`, `ENOMEM`, …).',
    remedy:
      'Raise its limit (`ulimit -n`, the memory of the container), or lower `spec.transfer.maxConcurrentDownloads`.',
  },
  ListingUnstable: {
    means:
      'The source came out different each time it was listed, three times, and smaller than the last backup; or Dropbox forgot each time what had moved meanwhile, began its listing anew six times, or answered as often with that of another folder.',
    remedy:
      'Run again when less is being moved. If it stays so, compare the number of files with what Dropbox shows, and see whether a proxy on the way keeps answers.',
  },
  ListingWithoutEnd: {
    means: 'Dropbox sent thousands of empty pages and promised more.',
    remedy: 'Run again later; if it stays so, report it to Dropbox.',
  },
  NameTooLong: {
    means: 'A path has more than 65,535 bytes, which no ZIP can hold.',
    remedy: "Shorten the folders' names.",
  },
  PathInvalid: { means: 'A path leads out of its folder.', remedy: 'Report it: the program never makes one.' },
  RequestRejected: {
    means: 'Dropbox did not understand a request.',
    remedy: 'Report it, with the message: a fault of this program, or a change at Dropbox.',
  },
  SizeMismatch: {
    means: 'A file had another size than was announced.',
    remedy: 'Run again. A file that changes at every attempt is left out and makes the run incomplete (3) instead.',
  },
  SourceTransferWrong: {
    means:
      'More than ten files, and more of them than came right, arrived with wrong bytes, or too few, three times each. Single ones are left out instead (`transfer_failed`).',
    remedy: 'Look at what lies between: a proxy that changes what passes, bad memory, a bad disk. Then run again.',
  },
  TooLarge: {
    means: 'The ZIP, or one part of it, is larger than Dropbox accepts.',
    remedy: 'Split the source into several policies, or lower `spec.transfer.uploadPartMiB`.',
  },
  TooManyOpenFiles: {
    means: 'The process, or the machine, may have no more files open.',
    remedy: 'Raise the limit (`ulimit -n`, `LimitNOFILE`), or lower `spec.transfer.maxConcurrentDownloads`.',
  },
  Unexpected: {
    means: "Something that nobody foresaw; the message is the error's own.",
    remedy: 'Run again; report it if it comes back.',
  },
  UnexpectedAnswer: {
    means: 'A status came that Dropbox never sends.',
    remedy: 'Look at what stands between: a proxy, a firewall, a captive portal, `CASE_BACKUP_DROPBOX_ORIGIN`.',
  },
  UploadSessionLost: { means: 'Dropbox forgot the upload, twice.', remedy: 'Run again.' },
  WorkFolderFailed: {
    means: 'The folder for temporary files (`CASE_BACKUP_WORK_DIR`, else `TMPDIR`) has failed, or was tidied away.',
    remedy: 'Look at its disk, and at what removes files there; or name another folder.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;
