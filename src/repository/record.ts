import { z } from 'zod';
import { backupRefSchema, REPORT_VERSION, reportSchema } from '../api/report.ts';
import { Failure } from '../host/errors.ts';
import { forEachParallel } from '../host/parallel.ts';
import { Conflict, type FileEntry, type ReadableStore, type Store } from '../store/store.ts';
import { readJson, toJson } from './json-file.ts';
import { RUNS_FOLDER, recordName, runIdOf } from './names.ts';

/**
 * The run record: the truth about a run, beside the backups, from which status, log rows and lists are rebuilt.
 *
 *   running ──▶ committing ──▶ finished
 *
 * `committing` is written after the upload was verified and before it is moved into place: a later run that finds it,
 * and the very object it names, knows that this backup is good. A record that still says `running` when somebody else
 * holds the lease belongs to a run that died.
 *
 * Fields that a newer release has added are passed over, and kept when an older one writes the record again. A record of
 * a higher version says something that this release can't know: it counts for nothing, and nothing is deleted.
 */
export const RECORD_VERSION = 1;

const totalsSchema = z.object({ cases: z.int(), files: z.int(), bytes: z.int() });

export const recordSchema = z.object({
  version: z.int(),
  state: z.enum(['running', 'committing', 'finished']),
  runId: z.string(),
  slot: z.string(),
  policy: z.string(),
  startTime: z.iso.datetime(),
  fence: z.int(),
  source: z.object({
    location: z.string(),
    account: z.string().optional(),
    namespace: z.string().optional(),
    /** What was listed: the next night's shrink guard compares with it. */
    totals: totalsSchema.optional(),
  }),
  /** From `committing` on. */
  backup: backupRefSchema.optional(),
  /** Modification time of the stored object: tells an edited one where the store has no content_hash. */
  backupModified: z.iso.datetime().optional(),
  /** When retention was about to delete the backup. */
  prunedTime: z.iso.datetime().optional(),
  /** From `committing` on what the run will report if nothing else happens; from `finished` on what it did report. */
  report: reportSchema.optional(),
});
export type RunRecord = z.infer<typeof recordSchema>;

export interface StoredRecord {
  readonly file: FileEntry;
  readonly record: RunRecord;
}

export interface Records {
  /** Oldest first. */
  readonly records: readonly StoredRecord[];
  /** Files in the folder that are no record of ours, or of a newer version: a reason to delete nothing. */
  readonly unreadable: readonly string[];
}

const READS_AT_ONCE = 8;

export async function readRecords(destination: ReadableStore, signal: AbortSignal): Promise<Records> {
  const records: StoredRecord[] = [];
  const unreadable: string[] = [];
  await forEachParallel(await filesIn(destination, RUNS_FOLDER, signal), READS_AT_ONCE, async (file) => {
    if (runIdOf(file.name, '.json') === undefined) return;
    const record = asRecord(await readJson(destination, file, signal));
    if (record) records.push({ file, record });
    else unreadable.push(file.name);
  });
  records.sort((a, b) => (a.record.runId < b.record.runId ? -1 : 1));
  return { records, unreadable };
}

/** The value itself, since what the schema makes of it has lost the fields that it does not know. */
function asRecord(value: unknown): RunRecord | undefined {
  const { data } = recordSchema.safeParse(value);
  if (!data || data.version > RECORD_VERSION || (data.report?.version ?? 0) > REPORT_VERSION) return undefined;
  return value as RunRecord;
}

/** Files directly in a folder of the destination; none when it does not exist. */
export async function filesIn(store: ReadableStore, folder: string, signal: AbortSignal): Promise<FileEntry[]> {
  const files = new Map<string, FileEntry>();
  if ((await store.stat(folder, signal)) === undefined && folder !== '') return [];
  for await (const page of store.list(folder, { recursive: false }, signal)) {
    if (page.kind === 'restart') files.clear();
    else for (const entry of page.entries) if (entry.kind === 'file') files.set(entry.key, entry);
  }
  return [...files.values()];
}

/** Holds the record of one run and writes each state of it against the revision before. */
export interface RecordKeeper {
  readonly current: RunRecord;
  update(change: Partial<RunRecord>, signal: AbortSignal): Promise<void>;
}

/** `file` is where a predecessor's record stands; a new run has none yet. */
export function recordKeeper(destination: Store, initial: RunRecord, file?: FileEntry): RecordKeeper {
  let current = initial;
  let stored = file;
  return {
    get current() {
      return current;
    },
    async update(change, signal) {
      const next = { ...current, ...change };
      try {
        stored = await destination.put(
          recordName(next.runId),
          toJson(next),
          stored ? { rev: stored.rev } : 'absent',
          signal,
        );
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
        throw new Failure('LeaseLost', `another run has closed the record of run ${next.runId}`, {
          hint: 'this run was taken for dead, because it was silent for longer than its lease; look at the other one',
          cause: error,
        });
      }
      current = next;
    },
  };
}
