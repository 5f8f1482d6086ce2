import { RUN_PORT } from '../api/kubernetes-names.ts';
import { progressSchema, type RunProgress } from '../api/report.ts';
import type { Clock } from '../host/clock.ts';
import { newestPod } from './active-run.ts';
import { stateOf } from './outcome.ts';
import type { Job, Pod } from './workloads.ts';

/** A page that is asked for at most so often: each answer is a status write, and each write wakes the policy again. */
export const POLL_MS = 15_000;
const PATIENCE_MS = 2_000;
const MOST_BYTES = 16_384;

export interface RunPage {
  /** What the run says of itself, at most POLL_MS old; undefined where it can't be reached. */
  read(job: Job, pods: readonly Pod[], signal: AbortSignal): Promise<RunProgress | undefined>;
}

/** The /run page of a Job's pod, which the network may well keep from us: then the status has no stage and percent. */
export function runPage(clock: Clock): RunPage {
  const last = new Map<string, { readonly at: number; readonly progress: RunProgress | undefined }>();
  return {
    async read(job, pods, signal) {
      const uid = job.metadata.uid ?? '';
      const known = last.get(uid);
      if (known && clock.elapsed() - known.at < POLL_MS) return known.progress;
      const pod = newestPod(pods);
      const progress =
        pod?.status?.podIP !== undefined && stateOf(pod)?.running ? await ask(pod.status.podIP, signal) : undefined;
      if (last.size > 1000) last.clear();
      last.set(uid, { at: clock.elapsed(), progress });
      return progress;
    },
  };
}

async function ask(podIp: string, signal: AbortSignal): Promise<RunProgress | undefined> {
  const host = podIp.includes(':') ? `[${podIp}]` : podIp;
  try {
    const response = await fetch(`http://${host}:${RUN_PORT.number}/run`, {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    if (!response.ok || Number(response.headers.get('content-length') ?? 0) > MOST_BYTES) {
      await response.body?.cancel();
      return undefined;
    }
    return progressSchema.safeParse(await response.json()).data;
  } catch {
    // A pod that is not listening yet, a network policy, an answer that is no JSON: all the same to the status.
    return undefined;
  }
}
