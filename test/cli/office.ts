import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { directorySpec, policyFile, type Spec } from './policy-file.ts';

/** A small office on disk: two cases, an empty destination, a policy over both. */
export interface Office extends Disposable {
  readonly folder: string;
  readonly source: string;
  readonly destination: string;
  readonly policy: string;
  /** CASE_BACKUP_WORK_DIR set to a folder of its own. */
  readonly env: Readonly<Record<string, string>>;
  write(name: string, spec: Spec | string): string;
  /** What runs have left in the work folder. */
  workLeft(): string[];
}

export function openOffice(): Office {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-cli-'));
  const [source, destination, work] = [join(folder, 'CASES'), join(folder, 'BACKUPS'), join(folder, 'work')];
  for (const name of ['USA001_Smith', 'USA002_Jones']) {
    mkdirSync(join(source, name), { recursive: true });
    writeFileSync(join(source, name, 'letter.txt'), `Dear ${name}, `.repeat(500));
  }
  mkdirSync(destination);
  mkdirSync(work);
  return {
    folder,
    source,
    destination,
    policy: policyFile(folder, directorySpec(source, destination)),
    env: { CASE_BACKUP_WORK_DIR: work },
    write(name, spec) {
      if (typeof spec !== 'string') return policyFile(folder, spec, name);
      writeFileSync(join(folder, name), spec);
      return join(folder, name);
    },
    workLeft: () => readdirSync(work),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
