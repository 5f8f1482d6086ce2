import type { Job } from '../../src/controller/workloads.ts';
import type { Stage } from './stage.ts';

/** When something ran, in whole seconds of the cluster's clock; no end while it goes on. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly end: number | undefined;
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly containerStatuses?: readonly { readonly state: ContainerState }[] };
}

interface ContainerState {
  readonly running?: { readonly startedAt: string };
  readonly terminated?: { readonly startedAt: string; readonly finishedAt: string };
}

export interface WatchedRuns {
  /** Of Jobs and of their pods' containers, oldest first, also of those that are gone by now. */
  jobs(): Span[];
  pods(): Span[];
  stop(): Promise<void>;
}

/** A policy keeps few of its Jobs; who wants to know of all has to watch them come and go. */
export function watchRuns({ cluster, policies }: Stage, policy: string): WatchedRuns {
  const over = new AbortController();
  const follow = <T extends Job | Pod>(kind: 'jobs' | 'pods') => {
    const seen = new Map<string, T>();
    const path = `${policies.path(kind)}?labelSelector=casebackup.io/policy=${policy}`;
    const on = ({ object }: { readonly object: T }): void => {
      // A bookmark has no name.
      if (object.metadata.name !== undefined) seen.set(object.metadata.name, object);
    };
    return { seen, ended: cluster.plane.api.watch<T>(path, on, over.signal) };
  };
  const [jobs, pods] = [follow<Job>('jobs'), follow<Pod>('pods')];
  return {
    jobs: () => inOrder([...jobs.seen.values()].map(spanOfJob)),
    pods: () => inOrder([...pods.seen.values()].map(spanOfPod)),
    async stop() {
      over.abort();
      await Promise.all([jobs.ended, pods.ended]);
    },
  };
}

/** Two that ran at the same time, as "a and b"; one that ends in the second in which the next begins is before it. */
export const overlaps = (spans: readonly Span[]): string[] =>
  spans.flatMap(({ name, end = Number.POSITIVE_INFINITY }, index) => {
    const next = spans[index + 1];
    return next !== undefined && next.start < end ? [`${name} and ${next.name}`] : [];
  });

const inOrder = (spans: readonly (Span | undefined)[]): Span[] =>
  spans.filter((span) => span !== undefined).sort((a, b) => a.start - b.start);

const secondsOf = (time: string): number => Date.parse(time) / 1_000;

function spanOfJob({ metadata, status }: Job): Span | undefined {
  const { startTime, completionTime } = status ?? {};
  if (startTime === undefined) return undefined;
  return {
    name: metadata.name,
    start: secondsOf(startTime),
    end: completionTime === undefined ? undefined : secondsOf(completionTime),
  };
}

function spanOfPod({ metadata, status }: Pod): Span | undefined {
  const { running, terminated } = status.containerStatuses?.[0]?.state ?? {};
  const start = (terminated ?? running)?.startedAt;
  if (start === undefined) return undefined;
  return { name: metadata.name, start: secondsOf(start), end: terminated && secondsOf(terminated.finishedAt) };
}
