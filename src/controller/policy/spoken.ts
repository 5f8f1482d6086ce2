import type { Clock } from '../../host/clock.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { EVENTS } from '../../kube/resources.ts';
import type { Job, Pod } from '../workloads.ts';
import { isFinished } from './active-run.ts';

/**
 * The newest warning among the events of a Job or a pod: a quota, an admission, a volume that is not there are told
 * nowhere else. Events don't wake anybody here, so while one is asked about it is asked again, ever less often.
 */
export interface Spoken {
  /** `Reason: sentence`, or undefined where nothing was said or nothing may be read. Without a pod the Job's events tell. */
  about(job: Job, pod: Pod | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** Milliseconds until asking again may bring something new; undefined where nobody has asked. */
  again(job: Job, pod: Pod | undefined): number | undefined;
}

interface EventSeen extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string | null;
  readonly deprecatedLastTimestamp?: string | null;
  readonly series?: { readonly lastObservedTime?: string } | null;
}

/** A run that begins as it should has begun by then, and nobody has asked anything. */
const PROMPT_MS = 5_000;
const FIRST_MS = 2_000;
const MOST_MS = 30_000;
/** Of one object there are a handful; a flood of them is no reason to read it whole. */
const PAGE = 50;
/** What a Job's end is called, not what has led to it. */
const ENDS: ReadonlySet<string> = new Set(['DeadlineExceeded', 'BackoffLimitExceeded', 'PodFailurePolicy']);

export function spokenOf(client: KubeClient, clock: Clock): Spoken {
  const answers = new Map<
    string,
    { readonly text: string | undefined; readonly until: number; readonly waitMs: number }
  >();
  const uidOf = ({ metadata }: KubeObject): string => metadata.uid ?? '';
  return {
    async about(job, pod, signal) {
      const object = pod ?? job;
      const known = answers.get(uidOf(object));
      if (known && clock.elapsed() < known.until) return known.text;
      const age = clock.now().getTime() - Date.parse(job.metadata.creationTimestamp ?? '');
      const isEarly = !isFinished(job) && age < PROMPT_MS;
      const text = isEarly ? undefined : await ask(client, object, signal);
      const waitMs = isEarly ? PROMPT_MS - age : Math.min(MOST_MS, known ? known.waitMs * 2 : FIRST_MS);
      if (answers.size > 1000) answers.clear();
      answers.set(uidOf(object), { text, until: clock.elapsed() + waitMs, waitMs });
      return text;
    },
    again(job, pod) {
      const known = answers.get(uidOf(pod ?? job));
      return known && Math.max(500, known.until - clock.elapsed());
    },
  };
}

async function ask(client: KubeClient, { metadata }: KubeObject, signal: AbortSignal): Promise<string | undefined> {
  const fieldSelector = `regarding.uid=${metadata.uid},type=Warning`;
  const page = { namespace: metadata.namespace, fieldSelector, limit: PAGE, signal };
  try {
    const { items } = await client.list<EventSeen>(EVENTS, page);
    const newest = items
      .filter(({ reason }) => reason !== undefined && !ENDS.has(reason))
      .toSorted((a, b) => (timeOf(a) < timeOf(b) ? 1 : -1))[0];
    return newest && `${newest.reason}: ${newest.note ?? 'no message'}`;
  } catch {
    // Without the right to read events, or without an answer, the Job and its pod have to say it all.
    return undefined;
  }
}

const timeOf = ({ series, deprecatedLastTimestamp, eventTime, metadata }: EventSeen): number =>
  Date.parse(
    series?.lastObservedTime ?? deprecatedLastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '1970-01-01',
  );
