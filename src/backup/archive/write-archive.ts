import { join } from 'node:path';
import type { SkipReason } from '../../api/failure-codes/skip-reasons.ts';
import { FILES_LIST, MANIFEST, type Manifest, READ_ME, SUMS } from '../../repository/manifest.ts';
import type { Digest, Source } from '../../store/store.ts';
import type { Compression, ZipInput } from '../../zip/entry.ts';
import { createArchive, fitsName, type Sink, type ZipArchive } from '../../zip/write/archive.ts';
import { type WriteOptions, writeEntries } from '../../zip/write/write-entries.ts';
import type { PlanEntry } from '../listing/plan.ts';
import type { Listed, PlannedCase } from '../listing/seal-plan.ts';
import type { PlannedItem } from '../listing/walk.ts';
import { bytesInput, spoolInput } from './added-input.ts';
import { countArrivals } from './arrivals.ts';
import { type Displaced, watchDisplaced } from './displaced.ts';
import { decideFailure } from './failed-input.ts';
import { type Account, type Ledger, openLedger } from './ledger.ts';
import { type Heading, manifestOf } from './make-manifest.ts';
import { type PlannedInput, plannedInput } from './planned-input.ts';
import { readMe } from './read-me.ts';

/** One archive to be written. */
export interface ArchiveTask {
  /** What it says of itself. */
  readonly heading: Heading;
  readonly source: Source;
  readonly cases: readonly PlannedCase[];
  /** Everything of it in the archive's order, a case in one stretch. */
  items(signal: AbortSignal): AsyncIterable<PlannedItem>;
  readonly listed: Listed;
  readonly compression: Compression;
  readonly maxConcurrentDownloads: number;
  /** Most bytes that are held of files that are read ahead of their turn. */
  readonly readAheadBytes: number;
  /** For the lists that grow with it. */
  readonly workFolder: string;
  onArchived(files: number, bytes: number): void;
}

export interface WrittenArchive {
  readonly bytes: number;
  /** As it stands in the archive, byte for byte: what is read back must be the same. */
  readonly manifest: Buffer;
  readonly account: Account;
}

/** Writes a whole archive into the sink: the read-me, the cases, the lists, the manifest. */
export async function writeArchive(sink: Sink, task: ArchiveTask, signal: AbortSignal): Promise<WrittenArchive> {
  const zip = await createArchive(sink, join(task.workFolder, 'directory'));
  const ledger = await openLedger(task.workFolder, task.cases);
  const displaced = watchDisplaced(task.source, task);
  const { start } = task.heading;
  const add = (input: ZipInput<Digest>, compression: Compression): Promise<Digest> =>
    addOne(zip, input, compression, signal);
  try {
    const page = await add(bytesInput(READ_ME, start, Buffer.from(readMe(task.heading))), 'Auto');
    await ledger.sum(READ_ME, page.sha256);
    await addItems(zip, task, { ledger, displaced }, signal);
    for await (const place of displaced.missing(signal)) await ledger.skipped(place, 'moved_during_run');
    const list = await add(spoolInput(FILES_LIST, start, ledger.filesList), 'Auto');
    await ledger.sum(FILES_LIST, list.sha256);
    const account = ledger.account();
    const manifest = jsonOf(manifestOf(task.heading, account, list, zip));
    // From here on stored: the manifest's checksum covers what precedes it, and stored data have no padding bits.
    const { sha256 } = await add(bytesInput(MANIFEST, start, manifest), 'Store');
    await ledger.sum(MANIFEST, sha256);
    await add(spoolInput(SUMS, start, ledger.sums), 'Store');
    const { bytes } = await zip.finish();
    return { bytes, manifest, account };
  } finally {
    displaced.close();
    await ledger.close();
    await zip.close();
  }
}

/** A disk has no use for more at once, and each is an open file. */
const DISK_READS = 16;

const jsonOf = (manifest: Manifest): Buffer => Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);

async function addItems(
  zip: ZipArchive,
  task: ArchiveTask,
  { ledger, displaced }: { readonly ledger: Ledger; readonly displaced: Displaced },
  signal: AbortSignal,
): Promise<void> {
  const underWay = new Map<string, PlannedInput>();
  const arrivals = countArrivals();
  const take = (name: string): PlannedInput => {
    const input = underWay.get(name);
    if (!input) throw new Error(`the archive has an entry that was not planned: ${name}`);
    return input;
  };
  const inputs = async function* (): AsyncGenerator<PlannedInput> {
    for await (const item of task.items(signal)) {
      const reason = skippedFromStart(item.entry);
      if (reason) await ledger.skipped(item, reason);
      const input = plannedInput(task.source, item);
      if (!input) continue;
      if (!fitsName(input.name)) {
        await ledger.skipped(item, 'name_too_long');
        continue;
      }
      underWay.set(input.name, input);
      yield input;
    }
  };
  const options: WriteOptions<Digest> = {
    compression: task.compression,
    maxConcurrentLoads: task.source.line
      ? task.maxConcurrentDownloads
      : Math.min(task.maxConcurrentDownloads, DISK_READS),
    budgetBytes: task.readAheadBytes,
    signal,
    async onFailure({ name }, error, attempt) {
      const input = take(name);
      const decision = await decideFailure(input, error, attempt, signal);
      if (decision === 'retry') return 'retry';
      underWay.delete(name);
      arrivals.skipped(decision.skip);
      await ledger.skipped(input.item, decision.skip);
      return 'skip';
    },
  };
  for await (const written of writeEntries(zip, inputs(), options)) {
    const input = take(written.name);
    await ledger.archived(input, written);
    displaced.archived(input);
    underWay.delete(written.name);
    arrivals.archived();
    task.onArchived(1, written.size);
  }
}

/** Known from the listing: not there for us, or not all of it. */
function skippedFromStart(entry: PlanEntry): SkipReason | undefined {
  if (entry.kind === 'unusable') return entry.reason;
  return entry.kind === 'folder' ? entry.unseen : undefined;
}

async function addOne(
  zip: ZipArchive,
  input: ZipInput<Digest>,
  compression: Compression,
  signal: AbortSignal,
): Promise<Digest> {
  const options: WriteOptions<Digest> = {
    compression,
    maxConcurrentLoads: 1,
    signal,
    onFailure(_, error) {
      throw error;
    },
  };
  for await (const { digest } of writeEntries(zip, [input], options)) return digest;
  throw new Error(`${input.name} was not written`);
}
