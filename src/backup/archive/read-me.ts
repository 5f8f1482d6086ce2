import type { Heading } from './make-manifest.ts';

/** The page that stands first in every archive, for somebody who has only this file and an ordinary computer. */
export function readMe({ source, date, policy, runId }: Heading): string {
  return `BACKUP OF ${source.location}, ${date}
(policy ${policy}, run ${runId})

What is in here
  CASES/          one folder per case, as in Dropbox
  manifest.json   what was backed up: cases, files, sizes
  files.jsonl     one line per file: its place here, its original path, its
                  checksum; also every file that could not be read, and why
  SHA256SUMS      checksums of everything, for the check below

How to get a case back
  Windows   Right-click the ZIP file, "Extract all". If it says that a path is
            too long, extract to a short folder such as C:\\R, or use 7-Zip.
  macOS     Double-click the ZIP file.
  Linux     unzip FILE.zip 'CASES/<case>/*'      (FILE.zip is this ZIP file)
            In the name write \\[ for [, because unzip takes [ ] for a pattern.
            If names come out as M#U00fcller: LC_ALL=C.UTF-8 unzip FILE.zip
  Copy the folder to where it is needed. Do not copy over newer files: put it
  beside them and compare.

How to prove that nothing is damaged
  Linux, macOS   in the extracted folder:  sha256sum -c SHA256SUMS
                                  (macOS:  shasum -a 256 -c SHA256SUMS)
  Windows        7-Zip, "Test archive" on the ZIP file

Names
  Characters that Windows forbids in names are written as % and two digits
  (a colon is %3A). Two names that differ only in upper and lower case get
  " ~2". files.jsonl has the original of every name.
`;
}
