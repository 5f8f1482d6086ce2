import { z } from 'zod';
import { backupRefSchema, REPORT_VERSION, reportSchema } from '../api/report.ts';
import { Failure } from '../host/errors.ts';
import { forEachParallel } from '../host/parallel.ts';
import { isRelative } from '../store/relative-path.ts';
import { type Entry, type FileEntry, type ReadableStore, Unavailable } from '../store/store.ts';
import { homeSchema } from './home.ts';
import { readJson } from './json-file.ts';
import { backupDate, RUNS_FOLDER, runIdOf } from './names.ts';
import { stateFolderInvalid } from './state-folders.ts';

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

/** What a night can be made of; the word in its record. */
export const LAYOUTS = ['Single'] as const;
export type LayoutName = (typeof LAYOUTS)[number];

const count = z.int().min(0);
const totalsSchema = z.object({ cases: count, files: count, bytes: count });

/**
 * One object of a night's backup. `path` is what people knew it by that night; it is found by its `name`, since a
 * destination may be reached by another path tomorrow: a folder renamed, a volume mounted elsewhere.
 */
const archiveSchema = backupRefSchema.extend({
  /** Its path below the destination. */
  name: z.string().refine(isRelative, 'leads out of the destination'),
  /** Its modification time: tells an edited one where the store has no content_hash. */
  modified: z.iso.datetime(),
});
export type StoredArchive = z.infer<typeof archiveSchema>;

export const recordSchema = z.object({
  version: z.int(),
  kind: z.literal('Backup'),
  /** Which archives a night has: one for everything (Single). */
  layout: z.enum(LAYOUTS),
  state: z.enum(['running', 'committing', 'finished']),
  runId: z.string(),
  slot: z.string(),
  policy: z.string(),
  /** Which of all policies of that name it is; absent by hand, and in records of before. */
  home: homeSchema.optional(),
  startTime: z.iso.datetime(),
  /** Which holder of the lease it was; for people, nothing compares it. */
  fence: z.int(),
  source: z.object({
    /** As the policy spells it. */
    location: z.string(),
    /** The same as the store compares it: lower case, or the real path. Absent in records of before, and of early failures. */
    root: z.string().optional(),
    account: z.string().optional(),
    namespace: z.string().optional(),
    /** What was listed: the next night's shrink guard compares with it. */
    totals: totalsSchema.optional(),
  }),
  /** From `committing` on: all that the backup consists of, the one that people know it by first. */
  archives: z
    .array(archiveSchema)
    .min(1)
    .refine(([main]) => main !== undefined && backupDate(main.name) !== undefined, 'have no name of a backup')
    .optional(),
  /** When the archives were last read whole again, and were what is recorded here. */
  readTime: z.iso.datetime().optional(),
  /** When they were read whole and were not; gone again with the next reading that finds them good. */
  damagedTime: z.iso.datetime().optional(),
  /** When retention was about to delete the backup. */
  prunedTime: z.iso.datetime().optional(),
  /**
   * From `committing` on what the run will report if nothing else happens; from `finished` on what it did report. Beside
   * `archives` it is never that of a failure: they are set together (commit), and taken out together (recover).
   */
  report: reportSchema.optional(),
});
export type RunRecord = z.infer<typeof recordSchema>;

/** The archive by whose name a backup is known. */
export const mainArchive = (record: RunRecord): StoredArchive | undefined => record.archives?.[0];

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

/** As many as a month has nights: over a line they are read in the time of one. */
const READS_AT_ONCE = 32;

export async function readRecords(destination: ReadableStore, signal: AbortSignal): Promise<Records> {
  const records: StoredRecord[] = [];
  const unreadable: string[] = [];
  await forEachParallel(await entriesIn(destination, RUNS_FOLDER, signal), READS_AT_ONCE, async (entry) => {
    const name = nameIn(RUNS_FOLDER, entry);
    const runId = runIdOf(name, '.json');
    if (runId === undefined) return;
    const read =
      entry.kind === 'file' ? await readJson(destination, entry, signal) : { file: undefined, value: undefined };
    if (!read) return;
    const record = asRecord(read.value, runId);
    if (read.file && record) records.push({ file: read.file, record });
    else unreadable.push(name);
  });
  records.sort((a, b) => (a.record.runId < b.record.runId ? -1 : 1));
  return { records, unreadable };
}

/**
 * The value itself, since what the schema makes of it has lost the fields that it does not know. One that speaks of
 * another run than its name does is a copy, or was made to have something else written or removed.
 */
function asRecord(value: unknown, runId: string): RunRecord | undefined {
  const { data } = recordSchema.safeParse(value);
  if (data?.runId !== runId || data.version > RECORD_VERSION || (data.report?.version ?? 0) > REPORT_VERSION)
    return undefined;
  return value as RunRecord;
}

/** Files directly in a folder of the destination; none when it does not exist. */
export async function filesIn(store: ReadableStore, folder: string, signal: AbortSignal): Promise<FileEntry[]> {
  return (await entriesIn(store, folder, signal)).filter((entry) => entry.kind === 'file');
}

async function entriesIn(store: ReadableStore, folder: string, signal: AbortSignal): Promise<Entry[]> {
  const entries = new Map<string, Entry>();
  try {
    for await (const page of store.list(folder, { recursive: false }, signal)) {
      if (page.kind === 'restart') entries.clear();
      else for (const entry of page.entries) entries.set(entry.key, entry);
    }
  } catch (error) {
    if (folder === '') throw error;
    if (error instanceof Failure && error.code === 'SourceMissing') return await nothingAt(store, folder, signal);
    if (!(error instanceof Unavailable)) throw error;
    throw stateFolderInvalid(store, folder, `can't be listed (${error.reason})`);
  }
  return [...entries.values()];
}

async function nothingAt(store: ReadableStore, folder: string, signal: AbortSignal): Promise<Entry[]> {
  const there = await store.stat(folder, signal);
  if (there?.kind === 'file')
    throw stateFolderInvalid(store, folder, 'is a file, where a folder of this program belongs');
  return [];
}

const nameIn = (folder: string, entry: Entry): string =>
  'name' in entry ? entry.name : entry.key.slice(folder.length + 1);
