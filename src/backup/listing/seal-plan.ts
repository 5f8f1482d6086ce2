import { createHash, type Hash } from 'node:crypto';
import { inTurns } from '../../host/in-turns.ts';
import type { Totals } from '../guards/shrink.ts';
import { hidesContent, type UnseenCase } from '../guards/unseen.ts';
import { decidedNames, decideNames } from './archive-names.ts';
import type { Plan } from './plan.ts';
import { type PlannedItem, walk } from './walk.ts';

/** The plan with its names decided and counted: nothing is listed any more. */
export interface SealedPlan {
  readonly totals: Totals;
  /** In the archive's order, cases without files included. */
  readonly cases: readonly PlannedCase[];
  /** Cases, and folders that would be one, of which a part could not be looked into. */
  readonly unseen: readonly UnseenCase[];
  /** Everything with its place, in the archive's order, as often as it is asked for. */
  items(signal: AbortSignal): AsyncIterable<PlannedItem>;
  readonly listed: Listed;
}

/** What was listed at a path, and what the policy excludes. */
export type Listed = Pick<Plan, 'at' | 'excludes' | 'excludesAll'>;

export interface PlannedCase {
  /** As people know it. */
  readonly name: string;
  /** Its folder in the archive, without the trailing `/`. */
  readonly folder: string;
  readonly fingerprint: string;
}

export async function sealPlan(plan: Plan, signal: AbortSignal): Promise<SealedPlan> {
  const cases: PlannedCase[] = [];
  const unseen: UnseenCase[] = [];
  const totals = { cases: 0, files: 0, bytes: 0 };
  let current: OpenCase | undefined;

  const closeCase = (): void => {
    if (current) {
      const { name, folder, hash, files, bytes } = current;
      cases.push({ name, folder, fingerprint: hash.digest('hex') });
      if (current.hides) unseen.push({ name, files, bytes, isListed: true });
    }
    current = undefined;
  };
  const take = (item: PlannedItem): void => {
    const [files, bytes] = countsOf(item);
    totals.files += files;
    totals.bytes += bytes;
    if (item.caseName !== (current?.name ?? '')) {
      closeCase();
      if (item.caseName !== '') {
        totals.cases += 1;
        const counts = { files: 0, bytes: 0, hides: false };
        current = { name: item.caseName, folder: item.caseFolder, hash: createHash('sha256'), ...counts };
      }
    }
    if (current) {
      current.files += files;
      current.bytes += bytes;
      current.hides ||= hides(item);
      current.hash.update(fingerprintLine(item));
    } else if (hides(item)) unseen.push({ name: item.path, files, bytes, isListed: false });
  };

  await plan.seal(async () => {
    for await (const item of inTurns(walk(plan.entries(), decideNames(plan)), signal)) take(item);
  });
  closeCase();
  const items = (until: AbortSignal): AsyncIterable<PlannedItem> =>
    inTurns(walk(plan.entries(), decidedNames(plan)), until);
  return { totals, cases, unseen, items, listed: plan };
}

interface OpenCase {
  readonly name: string;
  readonly folder: string;
  readonly hash: Hash;
  files: number;
  bytes: number;
  /** Whether something in it could not be looked into. */
  hides: boolean;
}

/** As totals count them: what can't be backed up is a file of no bytes. */
const countsOf = ({ entry }: PlannedItem): readonly [files: number, bytes: number] =>
  entry.kind === 'folder' ? [entry.unseen === undefined ? 0 : 1, 0] : [1, entry.kind === 'file' ? entry.size : 0];

const hides = ({ entry }: PlannedItem): boolean =>
  entry.kind === 'unusable' ? hidesContent(entry.reason) : entry.kind === 'folder' && entry.unseen !== undefined;

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
