import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { Failure } from '../host/errors.ts';

/** One numbered SQL file. Each may be run again by hand without harm; together they are the schema. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the text with LF line ends, so that a checkout on Windows is the same migration. */
  readonly checksum: string;
}

export interface AppliedMigration {
  readonly version: number;
  readonly checksum: string;
}

const FOLDER = new URL('./sql/', import.meta.url);
const FILE_NAME = /^(\d{4})_\w+\.sql$/;

/** In the order of their numbers. */
export async function loadMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => FILE_NAME.test(name)).sort();
  return Promise.all(names.map(async (name) => readMigration(name, await readFile(new URL(name, FOLDER), 'utf8'))));
}

export function readMigration(name: string, text: string): Migration {
  const sql = text.replaceAll('\r\n', '\n');
  return { version: Number(name.slice(0, 4)), name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
}

/** The next to apply, or undefined. Throws when one that was applied reads differently now. */
export function nextMigration(
  known: readonly Migration[],
  applied: readonly AppliedMigration[],
): Migration | undefined {
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]));
  const changed = known.find(({ version, checksum }) => (checksums.get(version) ?? checksum) !== checksum);
  if (changed) {
    throw new Failure(
      'JournalMigrationChanged',
      `the migration ${changed.name} is not the one that was applied to this database`,
      {
        hint: 'install an unmodified version of case-backup; a change of the schema is a new file, never an edited one',
      },
    );
  }
  return known.find(({ version }) => !checksums.has(version));
}

/** The versions that a newer case-backup has applied. */
export function unknownVersions(known: readonly Migration[], applied: readonly AppliedMigration[]): number[] {
  const ours = new Set(known.map(({ version }) => version));
  return applied.map(({ version }) => version).filter((version) => !ours.has(version));
}
