import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type PodOverlay, podOverlaySchema } from '../../../src/api/pod/overlay.ts';
import { policySpecSchema } from '../../../src/api/policy.ts';
import { podTemplate } from '../../../src/controller/pod-template.ts';
import { backupPod } from '../../../src/controller/policy/backup-pod.ts';
import { aPolicy } from '../a-policy.ts';
import { aStoredPolicy, BETWEEN_FOLDERS } from '../pure/a-stored-policy.ts';

/** What of a pod decides about what it may do, and how it ends. */
const PLACEMENT = [
  'nodeSelector',
  'tolerations',
  'affinity',
  'topologySpreadConstraints',
  'priorityClassName',
  'runtimeClassName',
  'imagePullSecrets',
];

interface Template {
  readonly metadata: { readonly labels: Texts; readonly annotations: Texts };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly containers: readonly (Readonly<Record<string, unknown>> & {
      readonly env: readonly { readonly name: string }[];
      readonly volumeMounts: readonly { readonly name: string }[];
    })[];
    readonly volumes: readonly { readonly name: string }[];
  };
}
type Texts = Readonly<Record<string, string>>;

const template = (pod: object | undefined, overlay: PodOverlay): Template =>
  podTemplate(backupPod(aStoredPolicy({ ...BETWEEN_FOLDERS, ...(pod ? { job: { pod } } : {}) }), undefined), {
    image: 'registry.example/case-backup:1',
    imagePullPolicy: 'Always',
    serviceAccount: 'jobs',
    overlay,
  }) as Template;

const BARE = template(undefined, {});

/** All of the pod but where it runs, the operator's variables, the CA bundle, and the policy that the job reads. */
function whatItMayDo({ spec }: Template): object {
  const own = new Set(BARE.spec.containers[0]?.env.map(({ name }) => name));
  const isOurs = ({ name }: { name: string }): boolean => name !== 'ca-bundle';
  return {
    ...Object.fromEntries(Object.entries(spec).filter(([field]) => !PLACEMENT.includes(field))),
    volumes: spec.volumes.filter(isOurs),
    containers: spec.containers.map(({ env, volumeMounts, ...container }) => ({
      ...container,
      env: env.filter(({ name }) => own.has(name) && name !== 'CASE_BACKUP_POLICY'),
      volumeMounts: volumeMounts.filter(isOurs),
    })),
  };
}

/** Words that a hostile author would try, in every place that takes any word. */
const WORDS = [
  'securityContext',
  'hostNetwork',
  'hostPath',
  'volumes',
  'containers',
  'casebackup.io/role',
  'kubectl.kubernetes.io/default-container',
  'container.apparmor.security.beta.kubernetes.io/backup-job',
  'CASE_BACKUP_SLOT',
  'DROPBOX_APP_KEY',
  'NODE_OPTIONS',
  '__proto__',
  'constructor',
  'HTTPS_PROXY',
  'example.com/team',
  'ca-bundle',
  '$(DROPBOX_APP_KEY)',
  '$$',
  '',
];
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 12 }));
const texts = fc.dictionary(word, word, { maxKeys: 4 });
const deep = fc.dictionary(word, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>, { maxKeys: 4 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const placement = {
  labels: optional(texts),
  annotations: optional(texts),
  nodeSelector: optional(texts),
  tolerations: optional(
    fc.array(
      fc.record(
        { key: word, operator: fc.constantFrom('Exists', 'Equal'), effect: fc.constant('NoExecute'), value: word },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
  ),
  affinity: optional(deep),
  topologySpreadConstraints: optional(
    fc.array(
      fc.record(
        {
          maxSkew: fc.nat(4),
          topologyKey: fc.constantFrom('zone', 'node'),
          whenUnsatisfiable: fc.constantFrom('DoNotSchedule', 'ScheduleAnyway'),
          labelSelector: deep,
        },
        { requiredKeys: ['maxSkew', 'topologyKey', 'whenUnsatisfiable'] },
      ),
      { maxLength: 3 },
    ),
  ),
  priorityClassName: optional(word),
  runtimeClassName: optional(word),
};

/** Any field with any value: nearly all are refused. */
const anything = fc.dictionary(word, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>, { maxKeys: 3 });
const overlays = fc.record({
  env: optional(texts),
  caBundle: optional(fc.record({ configMap: word, key: word })),
  imagePullSecrets: optional(fc.array(fc.record({ name: word }), { maxLength: 3 })),
  ...placement,
});

/** Only what the schema refuses of an object is taken out of it, so that something valid of every field is left. */
function valid<T>(check: (value: object) => T | undefined, given: object): T | undefined {
  const kept = Object.entries(given).filter(([name, value]) => value !== undefined && check({ [name]: value }));
  return check(Object.fromEntries(kept));
}
const validOverlay = (given: object) => valid((value) => podOverlaySchema.safeParse(value).data, given);
const validPod = (given: object) =>
  valid((pod) => policySpecSchema.safeParse({ ...aPolicy().spec, job: { pod } }).data?.job.pod, given);

describe('What a pod may do', () => {
  it('is the same whatever a policy and an operator say, but for the group of files', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.record(placement), overlays, anything, (policyPod, operator, more) => {
        const pod = validPod({ ...more, ...policyPod });
        const overlay = validOverlay({ ...more, ...operator });
        assert.ok(pod && overlay);
        for (const field of Object.keys(pod)) seen.add(`policy ${field}`);
        for (const field of Object.keys(overlay)) seen.add(`operator ${field}`);
        const made = template(pod, overlay);
        assert.deepEqual(whatItMayDo(made), whatItMayDo(BARE));

        const names = made.spec.containers[0]?.env.map(({ name }) => name) ?? [];
        assert.equal(new Set(names).size, names.length, 'no variable stands twice');
        for (const [label, value] of Object.entries(BARE.metadata.labels))
          assert.equal(made.metadata.labels[label], value);
        const added = Object.keys(made.metadata.annotations).filter((key) => !(key in BARE.metadata.annotations));
        for (const key of added) assert.doesNotMatch(key, /(^|\.)(kubernetes\.io|k8s\.io|casebackup\.io)\//);
      }),
      { numRuns: 2000 },
    );
    const { fsGroup: _, ...shape } = podOverlaySchema.shape;
    assert.equal(seen.size, Object.keys(placement).length + Object.keys(shape).length);
  });
});
