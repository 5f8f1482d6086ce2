import { cronJobName, POLICY_LABEL } from '../api/kubernetes-names.ts';
import type { Clock } from '../host/clock.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { type KubeObject, keyOf, type Resource, withoutManagedFields } from '../kube/objects.ts';
import { type Change, type Reflector, type ReflectorMetrics, startReflector } from '../kube/reflector.ts';
import { CRON_JOBS, JOBS, PODS, POLICIES } from '../kube/resources.ts';
import { objectIndex } from './object-index.ts';
import { type CronJob, JOB_NAME_LABEL, type Job, type Pod, type PolicyObject, slimJob, slimPod } from './workloads.ts';

/** Local copies of all that the controller decides from. A key is `namespace/policy` throughout. */
export interface Caches {
  policy(key: string): PolicyObject | undefined;
  policies(): PolicyObject[];
  cronJob(key: string): CronJob | undefined;
  jobs(key: string): readonly Job[];
  /** Those that have not ended. */
  pods(job: Job): readonly Pod[];
  readonly synced: Promise<unknown>;
  isSynced(): boolean;
  /** By resource and namespace: clock.elapsed() of the server's last sign of life. */
  contacts(): { readonly resource: string; readonly namespace: string; readonly at: number | undefined }[];
  stop(): Promise<void>;
}

export interface CachesOptions {
  readonly client: KubeClient;
  /** [undefined] is all of them, by one watch for each resource. */
  readonly namespaces: readonly (string | undefined)[];
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ReflectorMetrics;
  /** Hears which policy a change concerns. */
  readonly onChange: (key: string) => void;
}

/** The label's name alone selects the objects that have it, whatever its value. */
const OURS = POLICY_LABEL;
/**
 * A pod that has ended is asked for when its Job has ended as well, and never again. It stays as long as its Job: 20,000
 * of them were half of a first list's bytes and a third of the memory.
 */
const NOT_ENDED = 'status.phase!=Succeeded,status.phase!=Failed';

export function startCaches(options: CachesOptions): Caches {
  const jobIndex = objectIndex<Job>(policyKeyOf);
  const podIndex = objectIndex<Pod>((pod) => `${pod.metadata.namespace}/${pod.metadata.labels?.[JOB_NAME_LABEL]}`);
  const started: {
    readonly resource: Resource;
    readonly namespace: string | undefined;
    readonly reflector: Reflector<KubeObject>;
  }[] = [];

  function start<T extends KubeObject>(
    resource: Resource,
    o: {
      labelSelector?: string;
      fieldSelector?: string;
      keep?: (object: T) => T;
      keyOf: (object: T) => string | undefined;
      index?: (change: Change<T>) => void;
    },
  ): (key: string) => T | undefined {
    const { client, clock, log, metrics, onChange } = options;
    const reflectors = options.namespaces.map((namespace) => {
      const reflector = startReflector<T>({
        client,
        resource,
        namespace,
        labelSelector: o.labelSelector,
        fieldSelector: o.fieldSelector,
        keep: o.keep,
        clock,
        log,
        metrics,
        onChange(change) {
          o.index?.(change);
          const object = change.after ?? change.before;
          const key = object && o.keyOf(object);
          if (key !== undefined) onChange(key);
        },
      });
      started.push({ resource, namespace, reflector });
      return reflector;
    });
    return (key) => {
      for (const reflector of reflectors) {
        const object = reflector.get(key);
        if (object) return object;
      }
      return undefined;
    };
  }

  const policy = start<PolicyObject>(POLICIES, { keyOf });
  const cronJob = start<CronJob>(CRON_JOBS, { keep: slimCronJob, keyOf: policyOfCronJob });
  start<Job>(JOBS, { labelSelector: OURS, keep: slimJob, keyOf: policyKeyOf, index: jobIndex.change });
  start<Pod>(PODS, {
    labelSelector: OURS,
    fieldSelector: NOT_ENDED,
    keep: slimPod,
    keyOf: policyKeyOf,
    index: podIndex.change,
  });

  return {
    policy,
    policies: () =>
      started.flatMap(({ resource, reflector }) =>
        resource === POLICIES ? [...(reflector.list() as Iterable<PolicyObject>)] : [],
      ),
    cronJob(key) {
      const [namespace = '', name = ''] = key.split('/');
      return cronJob(`${namespace}/${cronJobName(name)}`);
    },
    jobs: (key) => jobIndex.of(key),
    pods: (job) => podIndex.of(keyOf(job)),
    synced: Promise.all(started.map(({ reflector }) => reflector.synced)),
    isSynced: () => started.every(({ reflector }) => reflector.isSynced()),
    contacts: () =>
      started.map(({ resource, namespace, reflector }) => ({
        resource: resource.plural,
        namespace: namespace ?? '',
        at: reflector.lastContact(),
      })),
    async stop() {
      await Promise.all(started.map(({ reflector }) => reflector.stop()));
    },
  };
}

/** Of CronJobs that are none of ours, nor stand in our way, only the name is kept. */
function slimCronJob(cronJob: CronJob): CronJob {
  if (policyOfCronJob(cronJob) !== undefined) return withoutManagedFields(cronJob);
  const { name, namespace, uid, resourceVersion } = cronJob.metadata;
  return {
    metadata: {
      name,
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    },
  };
}

/** By the name, not by owner or label: a CronJob that is not ours may stand where ours should. */
function policyOfCronJob({ metadata }: CronJob): string | undefined {
  const prefix = cronJobName('');
  return metadata.name.startsWith(prefix) ? `${metadata.namespace}/${metadata.name.slice(prefix.length)}` : undefined;
}

function policyKeyOf({ metadata }: KubeObject): string | undefined {
  const policy = metadata.labels?.[POLICY_LABEL];
  return policy === undefined ? undefined : `${metadata.namespace}/${policy}`;
}
