import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Policy, policySchema } from '../../src/api/policy.ts';
import type { RunReport } from '../../src/api/report.ts';
import { runBackup } from '../../src/backup/run.ts';
import { systemClock } from '../../src/host/clock.ts';
import { createLog } from '../../src/host/log.ts';
import { OWN_FOLDERS } from '../../src/repository/names.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import type { Source, Store } from '../../src/store/store.ts';
import { directorySpec, policyOf, type Spec } from '../cli/policy-file.ts';

/** A source and a destination on disk and backups between them, without a process for each. */
export interface Desk extends Disposable {
  readonly source: string;
  readonly destination: Store;
  readonly policy: Policy;
  /** Where backups come to lie, and the folder for what a run needs meanwhile. */
  readonly target: string;
  readonly workParent: string;
  /** With these sections of the spec, and of the source as it comes out of `wrap`. */
  backUp(change?: Spec, wrap?: (source: Source) => Source): Promise<RunReport>;
}

export const never = new AbortController().signal;

export function openDesk(parent = tmpdir()): Desk {
  const folder = mkdtempSync(join(parent, 'case-backup-desk-'));
  const [source, target, workParent] = [join(folder, 'CASES'), join(folder, 'BACKUPS'), join(folder, 'work')];
  mkdirSync(source);
  mkdirSync(target);
  mkdirSync(workParent);
  const destination = openDirectoryStore(target, { clock: systemClock, ownFolders: OWN_FOLDERS });
  const policyWith = (change: Spec): Policy =>
    policySchema.parse(policyOf(directorySpec(source, target, { guards: { minFiles: 0 }, ...change })));
  return {
    source,
    destination,
    policy: policyWith({}),
    target,
    workParent,
    backUp: (change = {}, wrap = (store) => store) =>
      runBackup({
        policy: policyWith(change),
        slot: undefined,
        source: wrap(openDirectoryStore(source, { clock: systemClock })),
        destination,
        openJournal: undefined,
        clock: systemClock,
        log: createLog('silent', () => undefined),
        workParent,
        signal: never,
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
