import { createHash, type Hash } from 'node:crypto';
import type { Totals } from '../guards.ts';
import type { Plan, PlanRow } from './plan.ts';
import { chooseArchiveNames, type PlannedItem } from './walk.ts';

/** The plan with its names decided and counted: nothing is listed any more. */
export interface SealedPlan {
  readonly totals: Totals;
  /** In the archive's order, cases without files included. */
  readonly cases: readonly PlannedCase[];
}

export interface PlannedCase {
  /** As people know it. */
  readonly name: string;
  /** Its folder in the archive, without the trailing `/`. */
  readonly folder: string;
  readonly fingerprint: string;
}

export function sealPlan(plan: Plan): SealedPlan {
  const cases: PlannedCase[] = [];
  const totals = { cases: 0, files: 0, bytes: 0 };
  let current: { name: string; folder: string; hash: Hash } | undefined;

  const closeCase = (): void => {
    if (current) cases.push({ name: current.name, folder: current.folder, fingerprint: current.hash.digest('hex') });
    current = undefined;
  };

  chooseArchiveNames(plan, (item) => {
    if (item.row.kind !== 'folder') {
      totals.files += 1;
      totals.bytes += item.row.size ?? 0;
    }
    if (item.caseName !== (current?.name ?? '')) {
      closeCase();
      if (item.caseName !== '') {
        totals.cases += 1;
        current = { name: item.caseName, folder: caseFolder(item), hash: createHash('sha256') };
      }
    }
    if (current && item.row.kind === 'file') current.hash.update(fingerprintLine(item.path, item.row));
  });
  closeCase();
  return { totals, cases };
}

const caseFolder = (item: PlannedItem): string => item.archiveName.split('/').slice(0, 2).join('/');

/** What makes a file the same one as in another night; see manifest.ts. */
function fingerprintLine(path: string, row: PlanRow): string {
  return `${[path, row.id, row.rev, row.size, row.content_hash, row.modified].join('\0')}\n`;
}
