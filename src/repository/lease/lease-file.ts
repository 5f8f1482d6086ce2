import { z } from 'zod';
import { Failure } from '../../host/errors.ts';
import { Conflict, type FileEntry, type Store } from '../../store/store.ts';
import { readJson } from '../json-file.ts';
import { LEASE_FILE, STATE_FOLDER } from '../names.ts';
import { putJson } from '../put-json.ts';
import { stateFolderInvalid } from '../state-folders.ts';

/** The lease as it lies at the destination. Anybody who may write there may have written it. */
const leaseSchema = z.object({
  runId: z.string().regex(/^[\w.: -]{1,64}$/),
  slot: z.string(),
  policy: z.string().default(''),
  source: z.string().default(''),
  /** Names the process, so that a successor on the same host need not wait for one that was killed. */
  process: z.string(),
  fence: z.int().min(0),
  /** From the file's own time on. */
  ttlSeconds: z.number().min(0),
  renewals: z.int().min(0),
});
export type LeaseRecord = z.infer<typeof leaseSchema>;

export interface FoundLease {
  readonly file: FileEntry;
  /** Undefined when it can't be read (a disk fault, an edit by hand): it holds nobody up, and its fence is forgotten. */
  readonly held: LeaseRecord | undefined;
}

/** Undefined where none is. */
export async function findLease(store: Store, signal: AbortSignal): Promise<FoundLease | undefined> {
  const there = await store.stat(LEASE_FILE, signal);
  if (there?.kind === 'folder') throw unreadable(store, 'is a folder');
  const found = there && (await readJson(store, there, signal));
  return found && { file: found.file, held: heldIn(found.value) };
}

const heldIn = (value: unknown): LeaseRecord | undefined => leaseSchema.safeParse(value).data;

/** Why no lease can be written although none is there: something stands in its place or above it that no store shows. */
export async function whyNotWritable(store: Store, signal: AbortSignal): Promise<Failure> {
  const above = await store.stat(STATE_FOLDER, signal);
  return above?.kind === 'file'
    ? stateFolderInvalid(store, STATE_FOLDER, 'is a file, where a folder of this program belongs')
    : unreadable(store, 'is a link, a pipe or something else that is no file');
}

function unreadable(store: Store, wrong: string): Failure {
  return new Failure('LeaseUnreadable', `${store.locate(LEASE_FILE)} ${wrong}`, {
    hint: 'look at who made it, and remove it',
  });
}

/**
 * Puts the record in the place of `current`, which nobody else may have changed. One that still names this run is its
 * own: its time was touched, or an answer that told of a swap was lost or not waited for.
 */
export async function swapOwn(
  store: Store,
  record: LeaseRecord,
  current: FileEntry,
  signal: AbortSignal,
): Promise<FileEntry> {
  const isOwn = (value: unknown): boolean => heldIn(value)?.runId === record.runId;
  try {
    return await putJson(store, { path: LEASE_FILE, value: record, current, isOwn }, signal);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    throw lost(store, (await findLease(store, signal))?.held, error);
  }
}

function lost(store: Store, held: LeaseRecord | undefined, cause: unknown): Failure {
  const who = held ? `: run ${held.runId}` : '';
  return new Failure('LeaseLost', `another run has taken the lease of ${store.locate('')}${who}`, {
    hint: 'this run was silent for longer than its lease; nothing was overwritten or deleted; look at the other run',
    cause,
  });
}
