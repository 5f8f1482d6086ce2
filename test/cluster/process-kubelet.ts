import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from './control-plane.ts';
import { follow } from './follow.ts';
import { registerNode } from './node-agent.ts';
import { isFinished, type Pod } from './pod.ts';
import { deadlineExceeded, exits, type PodAct, runs } from './pod-acts.ts';
import { NotThere, resolveEnv } from './pod-env.ts';
import { type Launch, type PodProcess, startPodProcess } from './pod-process.ts';
import { inTime } from './until.ts';

/** A pod about to start: `env` is what its container would see. */
export interface Starting {
  readonly pod: Pod;
  readonly env: Readonly<Record<string, string>>;
  /** Stands in for the container's terminationMessagePath; `env` names it wherever it named that path. */
  readonly terminationMessageFile: string;
}

/**
 * A kubelet whose pods are processes of this machine: the job under test runs as a Job of the cluster, from its CronJob
 * to its termination message, only without an image. Deadlines, deletions and missing Secrets are as on a real node.
 */
export interface ProcessKubelet {
  /** What the pod's process has said so far; empty before it starts. */
  logs(podName: string): string;
  /** Kills the pod's process with SIGKILL, as a kernel short of memory does. */
  kill(podName: string): void;
  running(): string[];
  /** Kills what still runs, and throws what went wrong inside. */
  stop(): Promise<void>;
}

interface Place {
  process?: PodProcess;
  /** Why it ends, where that is not its own doing. */
  pastDeadline?: boolean;
  deleted: boolean;
}

export async function startProcessKubelet(
  plane: ControlPlane,
  namespace: string,
  launch: (starting: Starting) => Launch | Promise<Launch>,
): Promise<ProcessKubelet> {
  const agent = await registerNode(plane.api, `processes-of-${namespace}`);
  const folder = join(plane.folder, `processes-of-${namespace}`);
  mkdirSync(folder);
  const places = new Map<string, Place>();
  const byName = new Map<string, Place>();
  const lastWords = new Map<string, string>();
  const lives: Promise<void>[] = [];
  const faults: unknown[] = [];
  const ending = new AbortController();

  async function live(pod: Pod, place: Place): Promise<void> {
    const file = join(folder, `${pod.metadata.uid}.message`);
    const starting = await untilStartable(pod, place, file);
    if (starting !== undefined) await runToItsEnd(starting, place);
    if (place.deleted) await agent.remove(pod);
  }
  /** Undefined: deleted before it could start. */
  async function untilStartable(pod: Pod, place: Place, file: string): Promise<Starting | undefined> {
    const [container] = pod.spec.containers;
    if (container === undefined) throw new Error(`${pod.metadata.name} has no container`);
    const messagePath = container.terminationMessagePath ?? '/dev/termination-log';
    for (let told = false; !place.deleted && !ending.signal.aborted; ) {
      try {
        const env = await resolveEnv(plane.api, pod, container);
        for (const [name, value] of Object.entries(env)) if (value === messagePath) env[name] = file;
        return { pod, env, terminationMessageFile: file };
      } catch (error) {
        if (!(error instanceof NotThere)) throw error;
        if (!told) await agent.perform(pod, error.act);
        told = true;
        await delay(200);
      }
    }
    return undefined;
  }
  async function runToItsEnd(starting: Starting, place: Place): Promise<void> {
    const { pod, terminationMessageFile } = starting;
    const child = startPodProcess(await launch(starting));
    place.process = child;
    const seconds = pod.spec.activeDeadlineSeconds;
    const deadline = seconds === undefined ? undefined : setTimeout(overdue, seconds * 1000);
    function overdue(): void {
      place.pastDeadline = true;
      child.terminate(graceOf(pod));
    }
    if (place.deleted) child.terminate(graceOf(pod));
    try {
      await agent.perform(pod, runs('127.0.0.1'));
      const code = await child.ended;
      const message = readMessage(terminationMessageFile);
      if (!ending.signal.aborted) await agent.perform(pod, endOf(place, code, message));
    } finally {
      clearTimeout(deadline);
      delete place.process;
      rmSync(terminationMessageFile, { force: true });
      lastWords.set(pod.metadata.name, child.logs());
    }
  }
  function admit(pod: Pod): void {
    const place: Place = { deleted: false };
    places.set(pod.metadata.uid, place);
    byName.set(pod.metadata.name, place);
    lives.push(live(pod, place).catch(note));
  }
  function takeAway(pod: Pod, place: Place): void {
    if (place.deleted) return;
    place.deleted = true;
    if (place.process) place.process.terminate(graceOf(pod));
    else if (isFinished(pod)) lives.push(agent.remove(pod).catch(note));
  }

  const watching = follow<Pod>(
    plane.api,
    `/api/v1/namespaces/${namespace}/pods`,
    (pod, gone) => {
      const place = places.get(pod.metadata.uid);
      const leaves = gone || pod.metadata.deletionTimestamp !== undefined;
      if (place === undefined && !leaves && !isFinished(pod)) admit(pod);
      else if (place !== undefined && leaves) takeAway(pod, place);
    },
    ending.signal,
  );
  function note(error: unknown): void {
    // A pod that was taken away by force has nothing more to be told.
    if (!ending.signal.aborted && (error as { status?: number }).status !== 404) faults.push(error);
  }
  const fullyWatched = watching.catch(note);

  return {
    logs: (podName) => byName.get(podName)?.process?.logs() ?? lastWords.get(podName) ?? '',
    kill: (podName) => byName.get(podName)?.process?.kill(),
    running: () => [...byName].filter(([, { process }]) => process).map(([name]) => name),
    async stop() {
      ending.abort();
      for (const { process } of places.values()) process?.kill();
      await inTime('the pods to end', Promise.all([fullyWatched, ...lives]));
      await agent.deregister();
      if (faults.length > 0) throw new AggregateError(faults, `the kubelet of ${namespace} met faults`);
    },
  };
}

const graceOf = (pod: Pod): number => (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;

function endOf(place: Place, code: number, message: string): PodAct {
  return place.pastDeadline ? deadlineExceeded({ code, message }) : exits(code, message);
}

function readMessage(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it wrote none
  }
}
