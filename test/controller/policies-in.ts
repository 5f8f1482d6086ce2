import type { Condition, ConditionType } from '../../src/api/conditions.ts';
import type { PolicyStatus } from '../../src/api/status.ts';
import type { Job, PolicyObject } from '../../src/controller/workloads.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { until } from '../cluster/until.ts';

/** The policies of a namespace and what becomes of them, as its people see it with kubectl. */
export interface Policies {
  readonly namespace: string;
  apply(policy: object): Promise<void>;
  policy(name: string): Promise<PolicyObject & { readonly status?: PolicyStatus }>;
  status(name: string): Promise<PolicyStatus>;
  condition(name: string, type: ConditionType): Promise<Condition | undefined>;
  /** Waits until the status answers the question. */
  untilStatus(
    name: string,
    what: string,
    is: (status: PolicyStatus) => boolean,
    within?: number,
  ): Promise<PolicyStatus>;
  /** `kubectl create job --from`. */
  runByHand(policy: string, job: string): Promise<Job>;
  events(name: string): Promise<{ type: string; reason: string; note: string }[]>;
  path(kind: 'casebackuppolicies' | 'cronjobs' | 'jobs' | 'pods', name?: string): string;
}

const PREFIXES = {
  casebackuppolicies: '/apis/casebackup.io/v1alpha1',
  cronjobs: '/apis/batch/v1',
  jobs: '/apis/batch/v1',
  pods: '/api/v1',
} as const;

export function policiesIn(plane: ControlPlane, namespace: string): Policies {
  const path: Policies['path'] = (kind, name) =>
    `${PREFIXES[kind]}/namespaces/${namespace}/${kind}${name === undefined ? '' : `/${name}`}`;
  const policy = (name: string) =>
    plane.api.get<PolicyObject & { readonly status?: PolicyStatus }>(path('casebackuppolicies', name));
  const status = async (name: string): Promise<PolicyStatus> => (await policy(name)).status ?? {};
  return {
    namespace,
    path,
    policy,
    status,
    async apply(object) {
      const { code, stderr } = await plane.kubectl(['apply', '-n', namespace, '-f', '-'], {
        input: JSON.stringify(object),
      });
      if (code !== 0) throw new Error(stderr);
    },
    async condition(name, type) {
      return (await status(name)).conditions?.find((condition) => condition.type === type);
    },
    async untilStatus(name, what, is, within = 30_000) {
      let last: PolicyStatus = {};
      try {
        return await until(
          what,
          async () => {
            last = await status(name);
            return is(last) ? last : undefined;
          },
          { within },
        );
      } catch (error) {
        throw new Error(`the status never showed ${what}; it is ${JSON.stringify(last, null, 1)}`, { cause: error });
      }
    },
    async runByHand(name, job) {
      const { code, stderr } = await plane.kubectl([
        'create',
        'job',
        job,
        '-n',
        namespace,
        `--from=cronjob/case-backup-${name}`,
      ]);
      if (code !== 0) throw new Error(stderr);
      return await plane.api.get<Job>(path('jobs', job));
    },
    async events(name) {
      const { items } = await plane.api.get<{
        items: { type: string; reason: string; note: string; regarding: { name: string } }[];
      }>(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`);
      return items.filter(({ regarding }) => regarding.name === name);
    },
  };
}
