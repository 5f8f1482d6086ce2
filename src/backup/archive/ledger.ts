import { join } from 'node:path';
import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { openSpool, type Spool } from '../../host/spool.ts';
import { type FileLine, type ManifestCase, NOWHERE, placeWith } from '../../repository/manifest.ts';
import type { Digest } from '../../store/store.ts';
import type { ZipWritten } from '../../zip/entry.ts';
import type { PlannedCase } from '../listing/seal-plan.ts';
import type { PlannedItem } from '../listing/walk.ts';
import type { PlannedInput } from './planned-input.ts';

/**
 * Accounts for every planned file while the archive grows: files.jsonl and SHA256SUMS on disk, counts per case in
 * memory. Archived files come in the order of the archive.
 */
export interface Ledger {
  archived(input: PlannedInput, written: ZipWritten<Digest>): Promise<void>;
  skipped(item: Pick<PlannedItem, 'caseName' | 'path'>, reason: SkipReason): Promise<void>;
  /** One more line of SHA256SUMS, for what is not a case file. */
  sum(name: string, sha256: string): Promise<void>;
  readonly filesList: Spool;
  readonly sums: Spool;
  /** What has been accounted for so far. */
  account(): Account;
  close(): Promise<void>;
}

/** What an archive holds of the source, and what it misses. Bytes of the files, not of the archive. */
export interface Account {
  readonly cases: readonly ManifestCase[];
  /** Files that lie beside the cases. */
  readonly loose: Tally;
  readonly files: number;
  readonly bytes: number;
  readonly skipped: Skipped;
}

export interface Skipped {
  readonly count: number;
  readonly byReason: ReadonlyMap<string, number>;
  /** The first paths. */
  readonly examples: readonly string[];
}

export interface Tally {
  files: number;
  bytes: number;
  skipped: number;
}

const MOST_EXAMPLES = 5;

export async function openLedger(folder: string, planned: readonly PlannedCase[]): Promise<Ledger> {
  const filesList = await openSpool(join(folder, 'files.jsonl'));
  const sums = await openSpool(join(folder, 'SHA256SUMS'));
  const cases = planned.map((entry) => ({ ...entry, files: 0, bytes: 0, skipped: 0, at: NOWHERE }));
  const loose: Tally = { files: 0, bytes: 0, skipped: 0 };
  const caseOf = new Map(cases.map((entry) => [entry.name, entry]));
  const whole: Tally = { files: 0, bytes: 0, skipped: 0 };
  const byReason = new Map<string, number>();
  const examples: string[] = [];

  const talliesOf = (item: Pick<PlannedItem, 'caseName'>): readonly Tally[] => [
    caseOf.get(item.caseName) ?? loose,
    whole,
  ];
  const addLine = async (line: FileLine): Promise<void> => {
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    await filesList.append(text);
  };
  const sum = async (name: string, sha256: string): Promise<void> => sums.append(Buffer.from(`${sha256}  ${name}\n`));

  return {
    async archived({ item, file }, written) {
      const { name, digest } = written;
      const ofCase = caseOf.get(item.caseName);
      if (ofCase) ofCase.at = placeWith(ofCase.at, written);
      if (!file) return;
      for (const tally of talliesOf(item)) {
        tally.files += 1;
        tally.bytes += digest.size;
      }
      await sum(name, digest.sha256);
      await addLine({
        archive: name,
        path: item.path,
        size: digest.size,
        sha256: digest.sha256,
        content_hash: digest.contentHash,
        modified: file.modified.toISOString(),
        ...(file.modifiedAsStored !== undefined && { modified_as_stored: file.modifiedAsStored }),
        stored: file.stored.toISOString(),
        rev: file.rev,
        ...(file.id !== undefined && { id: file.id }),
        ...(file.exportedAs !== undefined && { exported: true as const }),
      });
    },
    async skipped(item, reason) {
      for (const tally of talliesOf(item)) tally.skipped += 1;
      byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
      if (examples.length < MOST_EXAMPLES) examples.push(item.path);
      await addLine({ path: item.path, skipped: reason });
    },
    sum,
    filesList,
    sums,
    account: () => ({
      cases,
      loose,
      files: whole.files,
      bytes: whole.bytes,
      skipped: { count: whole.skipped, byReason, examples },
    }),
    async close() {
      await filesList.close();
      await sums.close();
    },
  };
}
