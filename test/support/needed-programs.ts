import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs from outside npm that the tests use as referees, each with Debian's name for its package. */
const NEEDED: Readonly<Record<string, string>> = {
  unzip: 'unzip',
  zip: 'zip',
  '7z': 'p7zip-full',
  bsdtar: 'libarchive-tools',
  python3: 'python3',
  rclone: 'rclone',
  openssl: 'openssl',
  gcc: 'gcc',
  jar: 'openjdk-17-jdk-headless',
  promtool: 'prometheus',
  sha256sum: 'coreutils',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
};

/** The packages of the programs that are not there. */
export function missingPackages(path = process.env['PATH'] ?? ''): string[] {
  return Object.entries(NEEDED)
    .filter(
      ([program]) =>
        !path.split(delimiter).some((folder) => isExecutable(join(folder, program))) && !isExecutable(program),
    )
    .map(([, name]) => name);
}

function isExecutable(file: string): boolean {
  if (!file.startsWith('/')) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
