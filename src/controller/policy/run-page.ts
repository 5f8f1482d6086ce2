import { RUN_PORT } from '../../api/kubernetes-names.ts';
import { progressSchema, type RunProgress } from '../../api/report.ts';
import type { Clock } from '../../host/clock.ts';
import type { Job, Pod } from '../workloads.ts';
import { newestPod } from './active-run.ts';
import { stateOf } from './pod-reason.ts';

/** A page that is asked for at most so often: each answer is a status write, and each write wakes the policy again. */
const POLL_MS = 15_000;
const PATIENCE_MS = 2_000;
const MOST_BYTES = 16_384;

export interface RunPage {
  /** What the run says of itself; undefined where it can't be reached. */
  read(job: Job, pods: readonly Pod[], signal: AbortSignal): Promise<RunProgress | undefined>;
  /** Milliseconds until asking again may bring something new. */
  again(job: Job): number;
}

interface Answer {
  readonly progress: RunProgress | undefined;
  /** clock.elapsed() until which it is good. */
  readonly until: number;
  readonly failures: number;
}

/** The /run page of a Job's pod, which the network may well keep from us: then the status has no stage and percent. */
export function runPage(clock: Clock): RunPage {
  const answers = new Map<string, Answer>();
  const uidOf = (job: Job): string => job.metadata.uid ?? '';
  return {
    async read(job, pods, signal) {
      const known = answers.get(uidOf(job));
      if (known && clock.elapsed() < known.until) return known.progress;
      const address = newestRunning(pods);
      if (address === undefined) return undefined;
      const progress = await ask(address, signal);
      // A pod that has just begun does not listen yet; one behind a network policy never will.
      const failures = progress ? 0 : (known?.failures ?? 0) + 1;
      const wait = progress ? POLL_MS : Math.min(POLL_MS, 500 * 2 ** failures);
      if (answers.size > 1000) answers.clear();
      answers.set(uidOf(job), { progress, until: clock.elapsed() + wait, failures });
      return progress;
    },
    again: (job) => Math.max(500, (answers.get(uidOf(job))?.until ?? clock.elapsed() + POLL_MS) - clock.elapsed()),
  };
}

function newestRunning(pods: readonly Pod[]): string | undefined {
  const pod = newestPod(pods);
  return stateOf(pod)?.running ? pod?.status?.podIP : undefined;
}

async function ask(podIp: string, signal: AbortSignal): Promise<RunProgress | undefined> {
  const host = podIp.includes(':') ? `[${podIp}]` : podIp;
  try {
    const response = await fetch(`http://${host}:${RUN_PORT.number}/run`, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    return progressSchema.safeParse(JSON.parse(await beginningOf(response))).data;
  } catch {
    // A pod that is not listening yet, a network policy, an answer that is no JSON: all the same to the status.
    return undefined;
  }
}

/** A page without end is cut off, and then is no JSON: read whole, one took 936 MB within the two seconds. */
async function beginningOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, MOST_BYTES);
}
