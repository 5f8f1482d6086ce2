import type { Result } from '../../src/api/report.ts';
import {
  deadlineExceeded,
  evicted,
  evictedWithExit0,
  exits,
  oomKilled,
  type PodAct,
  runs,
} from '../cluster/pod-acts.ts';
import { BACKED_UP, type Ending, failing, good, type Message, runThen, saysThat, silent } from './ending.ts';

/** The one pod of a Job without retries ends like this. */
const once = (
  name: string,
  truth: readonly [Result, string],
  act: (message: string) => PodAct,
  message = silent,
): Ending => ({
  name,
  backoffLimit: 0,
  pods: runThen(act, message),
  truth: { result: truth[0], reason: truth[1], job: 'BackoffLimitExceeded', pods: 1 },
});

const terminated: Message = saysThat('terminated', 'Interrupted', 'Terminated');

const ENDED: readonly Ending[] = [
  once('exit 143', ['Interrupted', 'Terminated'], (text) => exits(143, text), terminated),
  once('exit 130 without a report', ['Interrupted', 'Interrupted'], (text) => exits(130, text)),
  once('exit 7, which is none of ours', ['Failed', 'ExitCodeUnknown'], (text) => exits(7, text)),
  once('exit 1 beside a report of success', ['Failed', 'ReportContradicts'], (text) => exits(1, text), good),
  once('out of memory', ['Failed', 'OOMKilled'], () => oomKilled()),
  once('out of memory beside a report', ['Failed', 'OOMKilled'], (message) => oomKilled({ code: 1, message }), failing),
  once('out of memory beside a success', ['Failed', 'OOMKilled'], (message) => oomKilled({ code: 0, message }), good),
  once('evicted', ['Interrupted', 'Evicted'], () => evicted()),
  once('evicted with exit 0', ['Interrupted', 'Evicted'], () => evictedWithExit0()),
  once("past the pod's deadline", ['Failed', 'DeadlineExceeded'], () => deadlineExceeded()),
  // It had proven its backup before.
  {
    name: "past the pod's deadline with a success",
    backoffLimit: 0,
    pods: runThen((message) => deadlineExceeded({ code: 0, message }), good),
    truth: { ...BACKED_UP, job: 'BackoffLimitExceeded' },
  },
];

/** The first pod is taken away, the second makes the backup. */
const replaced = (name: string, backoffLimit: 0 | 1, first: readonly PodAct[], more: Partial<Ending> = {}): Ending => ({
  name,
  backoffLimit,
  pods: (run) => [first, [runs(), exits(0, good(run))]],
  truth: { ...BACKED_UP, pods: 2 },
  ...more,
});

const REPLACED: readonly Ending[] = [
  // Without a retry left: a disruption does not count.
  replaced('evicted by a node in need, then well', 0, [runs(), evicted({ nodePressure: true })]),
  replaced('evicted by the API, then well', 0, [runs()], { meanwhile: 'evicts the pod' }),
  replaced('its pod deleted, then well', 1, [runs()], { meanwhile: 'deletes the pod' }),
];

const GONE: readonly Ending[] = [
  {
    name: 'its pod deleted without a retry left',
    backoffLimit: 0,
    pods: () => [[runs()]],
    meanwhile: 'deletes the pod',
    truth: { result: 'Failed', reason: 'BackoffLimitExceeded', job: 'BackoffLimitExceeded', pods: 1 },
  },
  {
    name: "past the Job's deadline",
    backoffLimit: 0,
    pods: () => [[runs()]],
    meanwhile: "shortens the Job's deadline",
    truth: { result: 'Failed', reason: 'DeadlineExceeded', job: 'DeadlineExceeded', pods: 1 },
  },
];

export const ENDINGS_BY_NODE: readonly Ending[] = [...ENDED, ...REPLACED, ...GONE];
