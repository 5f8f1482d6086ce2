import { Failure } from '../host/errors.ts';
import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import { toJson } from './json-file.ts';
import { recordName } from './names.ts';
import { type RunRecord, recordSchema, type StoredRecord } from './record.ts';

/** Holds the record of one run and writes each state of it against the revision before. */
export interface RecordKeeper {
  readonly current: RunRecord;
  /** As it was last written; undefined before the first time. */
  readonly stored: StoredRecord | undefined;
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
    get stored() {
      return stored && { file: stored, record: current };
    },
    async update(change, signal) {
      const next = { ...current, ...change };
      assertReadable(next);
      try {
        stored = await destination.put(recordName(next.runId), toJson(next), stored ?? 'absent', signal);
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

/** A record that can't be read again counts for nothing: without it the guards have nothing to compare with. */
function assertReadable(record: RunRecord): void {
  const issue = recordSchema.safeParse(record).error?.issues[0];
  if (issue)
    throw new Error(`the record of run ${record.runId} would be unreadable: ${issue.path.join('.')} ${issue.message}`);
}
