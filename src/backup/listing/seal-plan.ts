import { createHash, type Hash } from 'node:crypto';
import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { inTurns } from '../../host/in-turns.ts';
import type { Totals } from '../guards/shrink.ts';
import { decidedNames, decideNames } from './archive-names.ts';
import type { Plan } from './plan.ts';
import { type PlannedItem, walk } from './walk.ts';

/** The plan with its names decided and counted: nothing is listed any more. */
export interface SealedPlan {
  readonly totals: Totals;
  /** In the archive's order, cases without files included. */
  readonly cases: readonly PlannedCase[];
  /** Names of cases that are there and can't be looked into, so that nothing of theirs is planned. */
  readonly closed: readonly string[];
  /** Everything with its place, in the archive's order, as often as it is asked for. */
  items(signal: AbortSignal): AsyncIterable<PlannedItem>;
}

export interface PlannedCase {
  /** As people know it. */
  readonly name: string;
  /** Its folder in the archive, without the trailing `/`. */
  readonly folder: string;
  readonly fingerprint: string;
}

export async function sealPlan(plan: Plan, signal: AbortSignal): Promise<SealedPlan> {
  const cases: PlannedCase[] = [];
  const closed: string[] = [];
  const totals = { cases: 0, files: 0, bytes: 0 };
  let current: { name: string; folder: string; hash: Hash } | undefined;

  const closeCase = (): void => {
    if (current) cases.push({ name: current.name, folder: current.folder, fingerprint: current.hash.digest('hex') });
    current = undefined;
  };
  const take = (item: PlannedItem): void => {
    if (item.entry.kind !== 'folder' || item.entry.unseen !== undefined) totals.files += 1;
    if (item.entry.kind === 'file') totals.bytes += item.entry.size;
    if (item.caseName === '' && item.entry.kind === 'unusable' && CLOSED.has(item.entry.reason)) closed.push(item.path);
    if (item.caseName !== (current?.name ?? '')) {
      closeCase();
      if (item.caseName !== '') {
        totals.cases += 1;
        current = { name: item.caseName, folder: item.caseFolder, hash: createHash('sha256') };
      }
    }
    current?.hash.update(fingerprintLine(item));
  };

  await plan.seal(async () => {
    for await (const item of inTurns(walk(plan.entries(), decideNames(plan)), signal)) take(item);
  });
  closeCase();
  return { totals, cases, closed, items: (until) => inTurns(walk(plan.entries(), decidedNames(plan)), until) };
}

/** A link or a pipe in the place of a case is none of these. */
const CLOSED: ReadonlySet<SkipReason> = new Set(['no_access', 'unreachable', 'unreadable']);

/** What makes an entry the same one as in another night; docs/format.md has it for other readers. */
function fingerprintLine({ entry, path }: PlannedItem): string {
  const fields =
    entry.kind === 'file'
      ? [entry.id, entry.rev, entry.size, entry.contentHash, entry.modified.getTime() / 1000]
      : entry.kind === 'folder'
        ? [entry.id, ...(entry.unseen === undefined ? [] : [entry.unseen])]
        : [entry.reason];
  return `${[entry.kind, path, ...fields].join('\0')}\n`;
}
