import { Failure } from '../host/errors.ts';
import { Conflict, type FileEntry, type Store } from '../store/store.ts';
import { recordName } from './names.ts';
import { putJson } from './put-json.ts';
import { type RunRecord, recordSchema, type StoredRecord } from './record.ts';

/** Fields to set; one that is given as undefined is taken out. */
export type RecordChange = { readonly [Name in keyof RunRecord]?: RunRecord[Name] | undefined };

/** Holds the record of one run and writes each state of it against the revision before. */
export interface RecordKeeper {
  readonly current: RunRecord;
  /** As it was last written; undefined before the first time. */
  readonly stored: StoredRecord | undefined;
  update(change: RecordChange, signal: AbortSignal): Promise<void>;
}

/** `file` is where a predecessor's record stands; a new run has none yet. */
export function recordKeeper(destination: Store, initial: RunRecord, file?: FileEntry): RecordKeeper {
  let current = initial;
  let stored = file;
  /** Put, and not answered: one of them may stand there. */
  let unanswered: readonly string[] = [];
  return {
    get current() {
      return current;
    },
    get stored() {
      return stored && { file: stored, record: current };
    },
    async update(change, signal) {
      const next = changed(current, change);
      assertReadable(next);
      try {
        stored = await putJson(
          destination,
          {
            path: recordName(next.runId),
            value: next,
            current: stored ?? 'absent',
            isOwn: (value) => unanswered.includes(JSON.stringify(value)),
          },
          signal,
        );
        unanswered = [];
      } catch (error) {
        if (!(error instanceof Conflict)) {
          unanswered = [...unanswered, JSON.stringify(next)];
          throw error;
        }
        const name = destination.locate(recordName(next.runId));
        throw new Failure(
          'RecordClosed',
          `${name} was written by somebody else, who may have taken this run for dead`,
          {
            hint: 'if another run was at work, look at that one; else see who writes into that folder',
            cause: error,
          },
        );
      }
      current = next;
    },
  };
}

function changed(record: RunRecord, change: RecordChange): RunRecord {
  const fields = Object.entries({ ...record, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as RunRecord;
}

/** A record that can't be read again counts for nothing: without it the guards have nothing to compare with. */
function assertReadable(record: RunRecord): void {
  const issue = recordSchema.safeParse(record).error?.issues[0];
  if (issue)
    throw new Error(`the record of run ${record.runId} would be unreadable: ${issue.path.join('.')} ${issue.message}`);
}
