import { type PolicySpec, uploadPartBytes } from '../api/policy.ts';
import { memoryLimit } from '../host/memory.ts';
import type { Inventory } from '../repository/inventory.ts';
import { backupName, incomingName, localStamp } from '../repository/names.ts';
import type { LayoutName, RunRecord } from '../repository/record.ts';
import { readAheadBytes } from './archive/read-ahead-bytes.ts';
import type { ArchiveTask } from './archive/write-archive.ts';
import { withRoomInManifest } from './cases-before.ts';
import type { CaseCounts } from './guards/unseen.ts';
import type { SealedPlan } from './listing/seal-plan.ts';
import type { Night } from './night.ts';

/** Which archives a night has. They are written and checked one after the other, and become the backup all at once. */
export interface Layout {
  readonly name: LayoutName;
  /** The first is the one that people know the backup by; its move to its name is the commit. */
  readonly archives: readonly LaidOut[];
}

export interface LaidOut {
  readonly task: ArchiveTask;
  /** Where it is uploaded to and checked; no backup stands there. */
  readonly incoming: string;
  /** Where it belongs. Both are relative to the destination. */
  readonly name: string;
}

export interface LayoutContext {
  readonly sealed: SealedPlan;
  readonly unseen: readonly CaseCounts[];
  /** Names of cases that the night before had. */
  readonly gone: readonly string[];
  readonly source: RunRecord['source'];
  readonly inventory: Inventory;
  readonly workFolder: string;
}

/** One archive that holds everything. */
export function singleLayout(
  night: Night,
  { sealed, unseen, gone, source, inventory, workFolder }: LayoutContext,
): Layout {
  const { runId, start, spec, policyName, progress } = night;
  const { totals: _, root: __, ...origin } = source;
  const taken = new Set(inventory.backups.map((backup) => backup.name));
  const task: ArchiveTask = {
    heading: {
      runId,
      policy: policyName,
      start,
      date: localStamp(start, spec.timeZone).date,
      source: origin,
      goneCases: withRoomInManifest(gone, (name) => name),
      unseenCases: withRoomInManifest(unseen, ({ name }) => name),
    },
    source: night.source,
    cases: sealed.cases,
    items: sealed.items,
    listed: sealed.listed,
    compression: spec.archive.compression,
    maxConcurrentDownloads: spec.transfer.maxConcurrentDownloads,
    readAheadBytes: readAheadBytes(memoryLimit(), partsBytes(spec)),
    workFolder,
    onArchived: progress.advance,
  };
  const name = backupName(start, spec.timeZone, (candidate) => taken.has(candidate));
  return { name: 'Single', archives: [{ task, incoming: incomingName(runId), name }] };
}

/** What the parts of an upload take; a folder gets the archive as it comes. */
const partsBytes = (spec: PolicySpec): number =>
  spec.destination.dropbox ? spec.transfer.maxConcurrentUploads * uploadPartBytes(spec) : 0;
