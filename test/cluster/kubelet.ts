import type { ControlPlane } from './control-plane.ts';
import { follow } from './follow.ts';
import { registerNode } from './node-agent.ts';
import { isFinished, jobOf, type Pod } from './pod.ts';
import { exits, type PodAct } from './pod-acts.ts';
import { inTime, type Patience, until } from './until.ts';

/** Acts are done one after the other; undefined leaves the pod as it is, Pending at first. */
export type PodScript = (pod: Pod) => PodAct | readonly PodAct[] | undefined;

/**
 * Plays the kubelet of one namespace: pods do what the test says, deleted ones go as they go on a real node. Without a
 * script every pod stays Pending.
 *
 *     const kubelet = await startKubelet(plane, namespace);
 *     kubelet.script(() => [runs(), exits(0, report)]);   // every pod from now on, and those not yet acted on
 *     const pod = await kubelet.pod({ job: 'nightly-1' }); // or by hand
 *     await kubelet.act(pod, runs());
 */
export interface Kubelet {
  readonly node: string;
  script(script: PodScript): void;
  /** A pod that is not finished and not being deleted, as soon as there is one. */
  pod(which?: { readonly job?: string }, patience?: Patience): Promise<Pod>;
  /** Every pod there is, as last seen. */
  pods(): Pod[];
  act(pod: Pod, ...acts: readonly PodAct[]): Promise<Pod>;
  /** What a pod does that is deleted while it runs: exit 143 at once unless told; undefined: it hangs, with its node. */
  onDeletion(answer: (pod: Pod) => PodAct | undefined): void;
  /** Throws what went wrong inside, so that no script fails unnoticed. */
  stop(): Promise<void>;
}

export async function startKubelet(plane: ControlPlane, namespace: string): Promise<Kubelet> {
  const agent = await registerNode(plane.api, `node-of-${namespace}`);
  const known = new Map<string, Pod>();
  const begun = new Set<string>();
  const dying = new Set<string>();
  const turns = new Map<string, Promise<unknown>>();
  const faults: unknown[] = [];
  const ending = new AbortController();
  let script: PodScript = () => undefined;
  let onDeletion: (pod: Pod) => PodAct | undefined = () => exits(143);

  /** What happens to one pod happens in order. */
  function inTurn<T>(pod: Pod, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(pod.metadata.uid) ?? Promise.resolve()).then(work);
    const quiet = turn.catch(() => undefined);
    turns.set(pod.metadata.uid, quiet);
    return turn;
  }
  function unattended(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      // The pod went away meanwhile: no fault of the script.
      if (!ending.signal.aborted && (error as { status?: number }).status !== 404) faults.push(error);
    });
  }
  async function perform(pod: Pod, acts: readonly PodAct[]): Promise<Pod> {
    let last = pod;
    for (const act of acts) last = await agent.perform(pod, act);
    if (known.has(pod.metadata.uid)) known.set(pod.metadata.uid, last);
    return last;
  }
  function begin(pod: Pod): void {
    const { uid, deletionTimestamp } = pod.metadata;
    if (begun.has(uid) || deletionTimestamp !== undefined || isFinished(pod)) return;
    const acts = [script(pod) ?? []].flat();
    if (acts.length === 0) return;
    begun.add(uid);
    unattended(inTurn(pod, () => perform(pod, acts)));
  }
  /** A real one ends the containers, writes how they ended, and only then lets the object go. */
  function letGo(pod: Pod): void {
    const { uid, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp === undefined || pod.spec.nodeName !== agent.node || dying.has(uid)) return;
    const end = onDeletion(pod);
    if (end === undefined) return;
    dying.add(uid);
    const work = async (): Promise<void> => {
      const now = known.get(uid) ?? pod;
      if (!isFinished(now)) await agent.perform(pod, end);
      await agent.remove(pod);
    };
    unattended(inTurn(pod, work));
  }

  const watching = follow<Pod>(
    plane.api,
    `/api/v1/namespaces/${namespace}/pods`,
    (pod, gone) => {
      if (gone) {
        known.delete(pod.metadata.uid);
        return;
      }
      known.set(pod.metadata.uid, pod);
      begin(pod);
      letGo(pod);
    },
    ending.signal,
  );
  unattended(watching);

  return {
    node: agent.node,
    script(given) {
      script = given;
      for (const pod of known.values()) begin(pod);
    },
    pod: ({ job } = {}, patience) =>
      until(
        `a pod${job === undefined ? '' : ` of the Job ${job}`}`,
        () =>
          [...known.values()].find(
            (pod) =>
              !isFinished(pod) &&
              pod.metadata.deletionTimestamp === undefined &&
              (job === undefined || jobOf(pod) === job),
          ),
        patience,
      ),
    pods: () => [...known.values()],
    act(pod, ...acts) {
      begun.add(pod.metadata.uid);
      return inTurn(pod, () => perform(pod, acts));
    },
    onDeletion(answer) {
      onDeletion = answer;
      for (const pod of known.values()) letGo(pod);
    },
    async stop() {
      ending.abort();
      await inTime('the kubelet to stop', Promise.all([watching.catch(() => undefined), ...turns.values()]));
      await agent.deregister();
      if (faults.length > 0) throw new AggregateError(faults, `the kubelet of ${namespace} met faults`);
    },
  };
}
