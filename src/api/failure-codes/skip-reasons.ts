import type { Meaning } from './meaning.ts';

/** Why a listed file is not in the archive; the words stand in files.jsonl. */
export const SKIP_REASONS = {
  deleted_during_run: {
    means: 'It was deleted between the listing and its turn.',
    remedy: 'Nothing, if that was meant.',
  },
  changed_during_run: {
    means: 'The file, or the folder with what is in it, changed at every attempt to read it.',
    remedy:
      'Nothing; the next night takes it. If always the same: close the program that writes it, or find out what moves it at night.',
  },
  moved_during_run: {
    means:
      'It was moved between the listing and its turn, alone or with its folder, and another file took its place: that one is in the archive, under the name that was listed.',
    remedy: 'Nothing; the next night takes it. If always the same: find out what moves it at night.',
  },
  restricted_content: {
    means: 'Dropbox withholds it for legal reasons.',
    remedy: 'Ask Dropbox; exclude it (`spec.source.exclude`) once that is settled.',
  },
  locked: { means: 'It is locked in Dropbox.', remedy: 'Unlock it.' },
  not_downloadable: {
    means: 'It exists only online, and Dropbox offers no format to export it in.',
    remedy: 'Keep a copy in another format.',
  },
  export_failed: {
    means: 'Dropbox could not convert an online document.',
    remedy: 'Open it, see whether it can be exported by hand.',
  },
  no_access: {
    means: 'A file or folder that is there and may not be read or looked into: no right, no key to decrypt it.',
    remedy:
      'Give the account, or the user that the job runs as, access to it; or exclude it (`spec.source.exclude`, with `FOLDER/**` a whole folder) if it is not to be backed up.',
  },
  partly_visible: {
    means: 'A folder of which the account is shown only some parts. Those are in the backup.',
    remedy:
      'Give the account access to the whole folder. If the parts are enough, exclude the folder by its own path: what is seen of it stays in the backup.',
  },
  unreachable: {
    means:
      'The file, or the whole folder, lies on a mount within the source that does not answer (`ESTALE`, `ENOTCONN`), or that came or went while the source was listed.',
    remedy:
      'Mount it again, and see that it stays; exclude it (`FOLDER/**` in `spec.source.exclude`) if it is not to be backed up.',
  },
  transfer_failed: {
    means: 'It never arrived right: at every attempt with wrong bytes, too few, or none, while other files came.',
    remedy:
      'Download it by hand and compare; restore an earlier version if that fails too. If it happens to many: look at what lies between (a proxy, bad memory, a bad disk).',
  },
  unreadable: {
    means: "The file, or the whole folder, can't be read: a bad disk, a damaged file system.",
    remedy: 'Check the volume.',
  },
  path_too_long: {
    means: 'Its path has more bytes than the operating system takes (4,096 on Linux).',
    remedy: "Shorten the folders' names.",
  },
  invalid_name: {
    means: 'Its name is not valid Unicode, so no archive could hold it under its own name.',
    remedy: 'Rename it.',
  },
  name_too_long: {
    means: 'Its path has more than 65,535 letters or, in the archive, more than 65,535 bytes, which no ZIP can hold.',
    remedy: 'Shorten its name and those of the folders above it.',
  },
  request_refused: {
    means:
      'The request for this file, or the answer to it, is refused for its form; only very long names are known to do that.',
    remedy: 'Shorten its name and those of the folders above it. If they are short, report it.',
  },
  symbolic_link: {
    means: 'It is a link. Links are not followed, since they may lead anywhere.',
    remedy: 'Exclude it, or put the file there.',
  },
  special_file: { means: 'A socket, pipe or device.', remedy: 'Exclude it.' },
} as const satisfies Readonly<Record<string, Meaning>>;
export type SkipReason = keyof typeof SKIP_REASONS;
