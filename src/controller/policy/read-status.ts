import { z } from 'zod';
import { conditionSchema } from '../../api/conditions.ts';
import {
  type FinishedRun,
  finishedRunSchema,
  HISTORY_LENGTH,
  type PolicyStatus,
  runCountSchema,
  statusSchema,
} from '../../api/status.ts';

/**
 * What stands in a status that this release can't read: a newer controller has written it, before a rollback. It is set
 * aside, so that one word costs no more than itself, and written back as it is.
 */
export interface Unread {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly conditions: readonly unknown[];
  readonly history: readonly UnreadRun[];
  readonly runCounts: readonly unknown[];
}

/** A run of which nothing else is believed, but which has been counted. */
const unreadRunSchema = z.looseObject({
  jobName: z.string(),
  jobUid: z.string(),
  completionTime: z.iso.datetime(),
  runId: z.string().optional(),
});
type UnreadRun = z.infer<typeof unreadRunSchema>;

export type CountedRun = Pick<FinishedRun, 'jobName' | 'jobUid' | 'completionTime' | 'runId'>;

export interface StatusReading {
  readonly status: PolicyStatus;
  readonly unread: Unread;
}

const NOTHING: Unread = { fields: {}, conditions: [], history: [], runCounts: [] };

/** Read item by item. */
const LISTS = { conditions: conditionSchema, history: finishedRunSchema, runCounts: runCountSchema } as const;
const FIELDS = statusSchema.shape;
/** Every look tells these anew, so an old one that can't be read is of no use to anybody. */
const TOLD_ANEW: ReadonlySet<string> = new Set([
  'activeRun',
  'cronJobName',
  'nextScheduleTime',
  'overdueScheduleTime',
  'observedGeneration',
]);

/** Never throws. What is readable is handed on as it is, not copied, with the fields in it that only a newer release knows. */
export function readStatus(stored: unknown): StatusReading {
  const status: Record<string, unknown> = {};
  const unread = { fields: {} as Record<string, unknown>, conditions: [], history: [], runCounts: [] };
  for (const [name, value] of Object.entries(stored ?? {})) {
    if (isList(name) && Array.isArray(value)) {
      const { yes = [], no = [] } = Object.groupBy(value, (item) => (canRead(LISTS[name], item) ? 'yes' : 'no'));
      status[name] = no.length === 0 ? value : yes;
      Object.assign(unread, { [name]: no });
    } else if (isField(name) && canRead(FIELDS[name], value)) status[name] = value;
    else if (!TOLD_ANEW.has(name)) unread.fields[name] = value;
  }
  const isWhole = Object.values(unread).every((part) => Object.keys(part).length === 0);
  return { status, unread: isWhole ? NOTHING : { ...unread, history: unread.history.filter(isRun) } };
}

/** The status with what was set aside, as it is to be written. */
export function withUnread(status: PolicyStatus, unread: Unread): PolicyStatus {
  if (unread === NOTHING) return status;
  const { conditions = [], runCounts = [] } = status;
  const types = new Set<unknown>(conditions.map(({ type }) => type));
  const others = unread.conditions.filter((condition) => !types.has((condition as { type?: unknown } | null)?.type));
  const lists = {
    conditions: [...conditions, ...others],
    history: countedRuns(status, unread),
    runCounts: [...runCounts, ...unread.runCounts],
  };
  const longer = Object.entries(lists).filter(([name]) => isList(name) && unread[name].length > 0);
  return { ...unread.fields, ...status, ...Object.fromEntries(longer) };
}

/** All runs that have been counted and are remembered, newest first. */
export function countedRuns({ history = [] }: PolicyStatus, unread: Unread): readonly CountedRun[] {
  if (unread.history.length === 0) return history;
  return [...history, ...unread.history]
    .toSorted((a, b) => Date.parse(b.completionTime) - Date.parse(a.completionTime))
    .slice(0, HISTORY_LENGTH);
}

const isField = (name: string): name is keyof typeof FIELDS => Object.hasOwn(FIELDS, name);
const isList = (name: string): name is keyof typeof LISTS => Object.hasOwn(LISTS, name);
const isRun = (item: unknown): item is UnreadRun => unreadRunSchema.safeParse(item).success;

/** A field that only a newer release knows does not make the rest unreadable. */
function canRead(schema: z.ZodType, value: unknown): boolean {
  const { success, error } = schema.safeParse(value);
  return success || error.issues.every(({ code }) => code === 'unrecognized_keys');
}
