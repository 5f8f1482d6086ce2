import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of others that a night is compared with, and how to come by them. */
const NEEDED: Readonly<Record<string, string>> = {
  rclone: 'apt-get install rclone',
  zip: 'apt-get install zip',
  unzip: 'apt-get install unzip',
  restic: 'apt-get install restic, or go install github.com/restic/restic/cmd/restic@latest, whichever is newer',
  '7z': 'apt-get install p7zip-full',
};

/** Ends the bench with what to install, before anything is measured. */
export function requirePrograms(names: readonly (keyof typeof NEEDED)[]): void {
  const missing = names.filter((name) => !isThere(name));
  if (missing.length === 0) return;
  throw new Error(`not on the PATH: ${missing.map((name) => `${name} (${NEEDED[name]})`).join('; ')}`);
}

function isThere(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
