import { join } from 'node:path';
import {
  FILES_LIST,
  FORMAT_VERSION,
  MANIFEST,
  type Manifest,
  megabytes,
  READ_ME,
  SUMS,
} from '../../repository/manifest.ts';
import { localStamp } from '../../repository/names.ts';
import type { RunRecord } from '../../repository/record.ts';
import type { Digest } from '../../store/store.ts';
import type { Compression, ZipInput } from '../../zip/entry.ts';
import { createArchive, type Sink, type ZipArchive } from '../../zip/write/archive.ts';
import { type WriteOptions, writeEntries } from '../../zip/write/write-entries.ts';
import type { Plan } from '../listing/plan.ts';
import type { SealedPlan } from '../listing/seal-plan.ts';
import { plannedItems } from '../listing/walk.ts';
import type { Night } from '../night.ts';
import { bytesInput, spoolInput } from './added-input.ts';
import { decideFailure } from './failed-input.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { type PlannedInput, plannedInput } from './planned-input.ts';
import { readMe } from './read-me.ts';

/** The manifest itself and SHA256SUMS come after it was made. */
const ENTRIES_AFTER = 2;

export interface ArchiveJob {
  readonly folder: string;
  readonly plan: Plan;
  readonly sealed: SealedPlan;
  readonly source: RunRecord['source'];
}

/** Writes the whole archive into the sink and returns the manifest that it carries, byte for byte. */
export async function archive(job: ArchiveJob, night: Night, sink: Sink, signal: AbortSignal): Promise<Buffer> {
  const zip = await createArchive(sink, join(job.folder, 'directory'));
  const ledger = await openLedger(job.folder, job.sealed, night.facts);
  try {
    await addText(zip, READ_ME, readMeOf(job, night), { ledger, night, signal, compression: 'Auto' });
    await addCases(zip, job.plan, ledger, night, signal);
    const list = await addOne(zip, spoolInput(FILES_LIST, night.start, ledger.filesList), 'Auto', signal);
    await ledger.sum(FILES_LIST, list.sha256);
    const manifest = Buffer.from(`${JSON.stringify(manifestOf(job, night, ledger, zip, list), null, 2)}\n`);
    // From here on stored: the manifest's checksum covers what precedes it, and stored data have no padding bits.
    await addText(zip, MANIFEST, manifest, { ledger, night, signal, compression: 'Store' });
    await addOne(zip, spoolInput(SUMS, night.start, ledger.sums), 'Store', signal);
    const { bytes } = await zip.finish();
    night.facts.archiveBytes = bytes;
    return manifest;
  } finally {
    await ledger.close();
    await zip.close();
  }
}

async function addCases(zip: ZipArchive, plan: Plan, ledger: Ledger, night: Night, signal: AbortSignal): Promise<void> {
  const underWay = new Map<string, PlannedInput>();
  const take = (name: string): PlannedInput => {
    const input = underWay.get(name);
    if (!input) throw new Error(`the archive has an entry that was not planned: ${name}`);
    return input;
  };
  const inputs = async function* (): AsyncGenerator<PlannedInput> {
    for (const item of plannedItems(plan)) {
      if (item.row.kind === 'unusable') await ledger.skipped(item, item.row.reason ?? 'unreadable');
      if (item.row.kind !== 'file' && !item.isEmptyFolder) continue;
      const input = plannedInput(night.source, item);
      underWay.set(input.name, input);
      yield input;
    }
  };
  const options: WriteOptions<Digest> = {
    compression: night.spec.archive.compression,
    maxConcurrentLoads: night.spec.transfer.maxConcurrentDownloads,
    signal,
    async onFailure({ name }, error, attempt) {
      const input = take(name);
      const decision = await decideFailure(input, error, attempt, signal);
      if (decision === 'retry') return 'retry';
      underWay.delete(name);
      await ledger.skipped(input.item, decision.skip);
      return 'skip';
    },
  };
  for await (const written of writeEntries(zip, inputs(), options)) {
    await ledger.archived(take(written.name), written);
    underWay.delete(written.name);
    night.progress.advance(1, written.size);
  }
  night.facts.archived.cases = ledger.cases.length;
}

interface TextContext {
  readonly ledger: Ledger;
  readonly night: Night;
  readonly signal: AbortSignal;
  readonly compression: Compression;
}

async function addText(
  zip: ZipArchive,
  name: string,
  text: Buffer,
  { ledger, night, signal, compression }: TextContext,
): Promise<void> {
  const { sha256 } = await addOne(zip, bytesInput(name, night.start, text), compression, signal);
  await ledger.sum(name, sha256);
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

function manifestOf(
  { sealed, source }: ArchiveJob,
  night: Night,
  ledger: Ledger,
  zip: ZipArchive,
  list: Digest,
): Manifest {
  const { facts } = night;
  return {
    backup_date: night.start.toISOString(),
    total_cases: facts.archived.cases,
    total_files: facts.archived.files,
    total_size_mb: megabytes(facts.archived.bytes),
    dropbox_sync_status: facts.skipped.count === 0 ? 'ok' : 'incomplete',
    cases_included: ledger.cases.map(({ name }) => name),
    format_version: FORMAT_VERSION,
    run_id: night.runId,
    policy: night.policy.metadata.name,
    source: { location: source.location, account: source.account, namespace: source.namespace },
    total_bytes: facts.archived.bytes,
    listed_files: sealed.totals.files,
    skipped_files: facts.skipped.count,
    files_list: { name: FILES_LIST, sha256: list.sha256, bytes: list.size },
    entries: zip.entries + ENTRIES_AFTER,
    gaps: [...zip.gaps],
    preceding: { bytes: zip.bytes, crc32: zip.crc32.toString(16).padStart(8, '0') },
    cases: [...ledger.cases],
    loose_files: ledger.loose,
  };
}

function readMeOf({ source }: ArchiveJob, night: Night): Buffer {
  const { date } = localStamp(night.start, night.spec.timeZone);
  return Buffer.from(readMe({ date, source: source.location, policy: night.policy.metadata.name, runId: night.runId }));
}
