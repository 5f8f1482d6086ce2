import type { Meaning } from './meaning.ts';

/** Exit 4: what is stored is not what it should be. */
export const MISMATCH = {
  ArchiveDiffers: {
    means: "The ZIP's entries, `files.jsonl` and the manifest contradict each other.",
    remedy: 'After a run: report it. Of an old backup: it was edited or damaged.',
  },
  BackupLost: {
    means: 'A backup that was verified once is gone, and retention did not delete it.',
    remedy: 'See who deleted it. Dropbox keeps deleted files for 30, 180 or 365 days, depending on the plan.',
  },
  ContentMismatch: {
    means: 'A file of a folder reads otherwise than it was written.',
    remedy: 'Check the disk.',
  },
  CorruptArchive: {
    means: 'The ZIP contradicts itself.',
    remedy: '[restore-by-hand.md](restore-by-hand.md#when-the-zip-is-damaged) says what can still be had.',
  },
  FilesListInvalid: { means: "`files.jsonl` has a line that can't be read.", remedy: 'As for `CorruptArchive`.' },
  ManifestDiffers: {
    means: 'The manifest read back is not the one that was written.',
    remedy: 'Run again; if it comes back, something changes files on the way to the store.',
  },
  ManifestInvalid: { means: "`manifest.json` can't be read.", remedy: 'As for `CorruptArchive`.' },
  ManifestMissing: {
    means: 'The file is a ZIP, but not one of ours.',
    remedy: 'Check the name. `unzip -t` tests any ZIP.',
  },
  MovedDiffers: {
    means: 'The backup changed while it was moved to its name.',
    remedy: 'Run again; find out who else writes into the backup folder.',
  },
  NotAZip: {
    means: "The file ends without a ZIP's end record: cut off, or something was appended.",
    remedy: 'As for `CorruptArchive`.',
  },
  ObjectTooShort: {
    means: 'The object ends before it should.',
    remedy: "Restore it from Dropbox's version history; do not rely on it.",
  },
  StoredDiffers: {
    means: 'The destination holds something else than was sent.',
    remedy: 'Run again; if it comes back, something changes bytes on the way, or somebody else writes there.',
  },
  StoredObjectDiffers: {
    means: 'Size, content_hash or the hash of a sampled file is not the expected one.',
    remedy: 'After a run: run again. Of an old backup: it was edited or damaged.',
  },
  TransferMismatch: {
    means: 'Dropbox sent other bytes than it announced, three times.',
    remedy: "Look at what lies between (a proxy), and at the machine's memory.",
  },
  UnsupportedArchive: { means: 'A valid ZIP that another program wrote.', remedy: 'Check the name.' },
  UploadMissing: {
    means: 'The upload was stored and is not there.',
    remedy: 'Run again; find out who else writes into `.case-backup/`.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;
