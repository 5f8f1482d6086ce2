import {
  CRON_JOB_ROLES,
  type CronJobRole,
  cronJobName,
  FIELD_MANAGER,
  POLICY_LABEL,
  ROLE_LABEL,
  type Role,
} from '../api/kubernetes-names.ts';
import { KIND } from '../api/policy.ts';
import type { Clock } from '../host/clock.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from '../kube/client.ts';
import { type KubeObject, keyOf, type Resource, withoutManagedFields } from '../kube/objects.ts';
import { type Change, type Reflector, type ReflectorMetrics, startReflector } from '../kube/reflector.ts';
import { CRON_JOBS, JOBS, PODS, POLICIES } from '../kube/resources.ts';
import { objectIndex } from './object-index.ts';
import { type CachedPolicy, cachedPolicy } from './policy/cached-policy.ts';
import {
  type CronJob,
  controllerOf,
  JOB_NAME_LABEL,
  type Job,
  type Pod,
  type StoredPolicy,
  slimJob,
  slimPod,
} from './workloads.ts';

/** Local copies of all that the controller decides from, shared by its rows. A policy's key is `namespace/policy`. */
export interface Caches {
  policy(key: string): CachedPolicy | undefined;
  policies(): CachedPolicy[];
  /** The one that the policy has made for a role, by owner and label, whatever it is called. */
  cronJob(policy: CachedPolicy, role: CronJobRole): CronJob | undefined;
  /** What stands at the name that the policy's CronJob should have, whoever made it. */
  cronJobAtName(policy: CachedPolicy, role: CronJobRole): CronJob | undefined;
  jobs(policyKey: string, role: Role): readonly Job[];
  /** Those that have not ended. */
  pods(job: Job): readonly Pod[];
  /** Resolves when of each namespace everything is in, or the server has refused something. */
  readonly settled: Promise<unknown>;
  /** Whether all of a namespace is in and may be looked at: half of it would take Jobs that can't be seen for gone. */
  isServed(namespace: string): boolean;
  /** Whether that is so of one namespace at least, and of all whose lists the server does not refuse. */
  isReady(): boolean;
  /** The namespaces that are kept, '' for all; with the server's words where it refuses one. */
  namespaces(): { readonly namespace: string; readonly isServed: boolean; readonly refusal: string | undefined }[];
  /** By resource and namespace: clock.elapsed() of the server's last sign of life. */
  contacts(): { readonly resource: string; readonly namespace: string; readonly at: number | undefined }[];
  /** Lists everything again; until that is in, no namespace is served. */
  relist(): void;
  stop(): Promise<void>;
}

export interface CachesOptions {
  readonly client: KubeClient;
  /** [undefined] is all of them, by one watch for each resource. */
  readonly namespaces: readonly (string | undefined)[];
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: ReflectorMetrics;
  /** Hears that a namespace is served again, whose policies nobody has looked at meanwhile. */
  readonly onServed: () => void;
  /** Hears of every object that was added, changed or is gone: as it was, and as it is. */
  readonly onChange: (resource: Resource, object: KubeObject) => void;
}

/** The label's name alone selects the objects that have it, whatever its value. What has no role is nobody's night. */
const OURS = ROLE_LABEL;
/**
 * A pod that has ended is asked for when its Job has ended as well, and never again. It stays as long as its Job: 20,000
 * of them were half of a first list's bytes and a third of the memory.
 */
const NOT_ENDED = 'status.phase!=Succeeded,status.phase!=Failed';

export function startCaches(options: CachesOptions): Caches {
  const cronJobIndex = objectIndex<CronJob>((cronJob) => groupOf(controllerOf(cronJob)?.uid, roleOf(cronJob)));
  const jobIndex = objectIndex<Job>((job) => groupOf(policyKeyOf(job), roleOf(job)));
  const podIndex = objectIndex<Pod>((pod) => `${pod.metadata.namespace}/${pod.metadata.labels?.[JOB_NAME_LABEL]}`);
  const started: {
    readonly resource: Resource;
    readonly namespace: string | undefined;
    readonly reflector: Reflector<KubeObject>;
  }[] = [];

  const of = (namespace: string | undefined) => started.filter((one) => one.namespace === namespace);
  const isWhole = (namespace: string | undefined): boolean =>
    of(namespace).every(({ reflector }) => reflector.isSynced() && reflector.refusal() === undefined);
  const refusalOf = (namespace: string | undefined): string | undefined =>
    of(namespace).flatMap(({ reflector }) => reflector.refusal() ?? [])[0];

  function start<T extends KubeObject, Raw extends KubeObject = T>(
    resource: Resource,
    o: {
      labelSelector?: string;
      fieldSelector?: string;
      keep: (object: Raw) => T;
      index?: (change: Change<T>) => void;
    },
  ): (key: string) => T | undefined {
    const { client, clock, log, metrics, onChange, onServed } = options;
    const reflectors = options.namespaces.map((namespace) => {
      const reflector = startReflector<T, Raw>({
        client,
        resource,
        namespace,
        labelSelector: o.labelSelector,
        fieldSelector: o.fieldSelector,
        keep: o.keep,
        clock,
        log,
        metrics,
        onRefusal(refusal) {
          if (refusal !== undefined) log.warn({ namespace: namespace ?? '' }, `namespace not served: ${refusal}`);
          else if (isWhole(namespace)) onServed();
        },
        onChange(change) {
          o.index?.(change);
          for (const object of [change.before, change.after]) if (object) onChange(resource, object);
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

  const policy = start<CachedPolicy, StoredPolicy>(POLICIES, { keep: cachedPolicy });
  const cronJob = start<CronJob>(CRON_JOBS, { keep: slimCronJob, index: cronJobIndex.change });
  start<Job>(JOBS, { labelSelector: OURS, keep: slimJob, index: jobIndex.change });
  start<Pod>(PODS, { labelSelector: OURS, fieldSelector: NOT_ENDED, keep: slimPod, index: podIndex.change });

  return {
    policy,
    policies: () =>
      started.flatMap(({ resource, reflector }) =>
        resource === POLICIES ? [...(reflector.list() as Iterable<CachedPolicy>)] : [],
      ),
    cronJob({ metadata: { name, uid } }, role) {
      const made = cronJobIndex.of(groupOf(uid, role) ?? '');
      return made.find(({ metadata }) => metadata.name === cronJobName(role, name)) ?? made[0];
    },
    cronJobAtName: ({ metadata: { name, namespace } }, role) => cronJob(`${namespace}/${cronJobName(role, name)}`),
    jobs: (policyKey, role) => jobIndex.of(groupOf(policyKey, role) ?? ''),
    pods: (job) => podIndex.of(keyOf(job)),
    settled: Promise.all(started.map(({ reflector }) => reflector.settled)),
    isServed: (namespace) => isWhole(options.namespaces.includes(undefined) ? undefined : namespace),
    isReady: () =>
      options.namespaces.some(isWhole) &&
      options.namespaces.every((namespace) => isWhole(namespace) || refusalOf(namespace) !== undefined),
    namespaces: () =>
      options.namespaces.map((namespace) => ({
        namespace: namespace ?? '',
        isServed: isWhole(namespace),
        refusal: refusalOf(namespace),
      })),
    contacts: () =>
      started.map(({ resource, namespace, reflector }) => ({
        resource: resource.plural,
        namespace: namespace ?? '',
        at: reflector.lastContact(),
      })),
    relist() {
      for (const { reflector } of started) reflector.relist();
    },
    async stop() {
      await Promise.all(started.map(({ reflector }) => reflector.stop()));
    },
  };
}

/** Of CronJobs that are none of ours, nor stand in our way, only the name is kept. */
function slimCronJob(cronJob: CronJob): CronJob {
  const { name, namespace, uid, resourceVersion } = cronJob.metadata;
  const isInPlace = CRON_JOB_ROLES.some((role) => name.startsWith(cronJobName(role, '')));
  const { managedFields = [] } = cronJob.metadata;
  if (isInPlace || controllerOf(cronJob)?.kind === KIND)
    return {
      ...withoutManagedFields(cronJob),
      isOfOurHand: managedFields.some(({ manager }) => manager === FIELD_MANAGER),
    };
  return {
    metadata: {
      name,
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
    },
  };
}

const roleOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[ROLE_LABEL];

const groupOf = (whose: string | undefined, role: string | undefined): string | undefined =>
  whose === undefined || role === undefined ? undefined : `${whose} ${role}`;

function policyKeyOf({ metadata }: KubeObject): string | undefined {
  const policy = metadata.labels?.[POLICY_LABEL];
  return policy === undefined ? undefined : `${metadata.namespace}/${policy}`;
}
