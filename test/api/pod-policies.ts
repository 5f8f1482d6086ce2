import { accepted, dropbox, type PolicyCase, type Refusal, refused } from './policy-cases.ts';

/** Policies that say where their pods run. */
const OWN_KEYS =
  'must leave alone what Kubernetes and case-backup set themselves: job-name, controller-uid, and all keys below casebackup.io, kubernetes.io, k8s.io';

/** Every field of spec.job.pod, and what a real API server takes in a pod. */
export const WHOLE_POD = {
  labels: { team: 'law', 'example.com/cost-centre': '' },
  annotations: {
    'example.com/note': 'any text: $(HOME), ü',
    'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  },
  nodeSelector: { 'kubernetes.io/arch': 'amd64', disk: 'fast' },
  tolerations: [
    { key: 'nights', operator: 'Equal', value: 'only', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
    { operator: 'Exists' },
  ],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'room', operator: 'In', values: ['cellar', 'attic'] }] }],
      },
    },
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 10, podAffinityTerm: { labelSelector: { matchLabels: { app: 'db' } }, topologyKey: 'disk' } },
      ],
    },
  },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'topology.kubernetes.io/zone',
      whenUnsatisfiable: 'DoNotSchedule',
      labelSelector: { matchLabels: { 'casebackup.io/policy': 'nightly' } },
      matchLabelKeys: ['team'],
      minDomains: 2,
      nodeAffinityPolicy: 'Honor',
      nodeTaintsPolicy: 'Ignore',
    },
  ],
  priorityClassName: 'nights',
  runtimeClassName: 'sandbox',
};

const inPod = (pod: object) => dropbox({ job: { pod } });

export const ACCEPTED_PODS: readonly PolicyCase[] = [
  accepted('all that can be said of a pod', inPod(WHOLE_POD)),
  accepted(
    'as many labels, annotations, selectors and tolerations as there may be',
    inPod({
      labels: entries(32, 'x'.repeat(63)),
      annotations: entries(32, 'x'.repeat(4096)),
      nodeSelector: entries(16, 'x'.repeat(63)),
      tolerations: Array.from({ length: 32 }, (_, i) => ({ key: `taint-${i}`, operator: 'Exists' })),
    }),
  ),
  accepted('nothing said of a pod', inPod({})),
];

function entries(count: number, value: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`example.com/key-${i}`, value]));
}

const refusedKey = (key: string): PolicyCase[] =>
  (['labels', 'annotations'] as const).map((map) =>
    refused(`${key} among the ${map} of its pods`, inPod({ [map]: { team: 'law', [key]: 'mine' } }), {
      job: `spec.job.pod.${map}: ${OWN_KEYS}`,
      server: `spec.job.pod.${map}: Invalid value: ${OWN_KEYS}`,
    }),
  );

const field = (name: string): Refusal => ({
  job: `spec.job.pod.${name}: is not a field of a policy`,
  server: `strict decoding error: unknown field "spec.job.pod.${name}"`,
});

/** What would change what a pod may do, and not where it runs. */
const NEVER = [
  'securityContext',
  'volumes',
  'containers',
  'serviceAccountName',
  'hostNetwork',
  'hostPID',
  'initContainers',
];

export const REFUSED_PODS: readonly PolicyCase[] = [
  ...[
    'casebackup.io/policy',
    'app.kubernetes.io/name',
    'kubernetes.io/x',
    'k8s.io/x',
    'batch.kubernetes.io/job-name',
    'job-name',
    'controller-uid',
    'container.apparmor.security.beta.kubernetes.io/backup-job',
    'x.k8s.io/y',
    'io.kubernetes.cri-o.Devices',
  ].flatMap(refusedKey),
  ...NEVER.map((name) => refused(`${name} in its pods`, inPod({ [name]: {} }), field(name))),
  refused('a label that is a sentence', inPod({ labels: { team: 'law and order' } }), {
    job: 'spec.job.pod.labels.team: must be letters, digits, -, _ and ., with a letter or digit at both ends',
    server:
      'spec.job.pod.labels[team]: Invalid value: "law and order": must be letters, digits, -, _ and ., with a letter or digit at both ends',
  }),
  refused('a key that is none', inPod({ nodeSelector: { 'a b': 'c' } }), {
    job: 'spec.job.pod.nodeSelector: must have keys such as team or example.com/team',
    server: 'spec.job.pod.nodeSelector: Invalid value: must have keys such as team or example.com/team',
  }),
  refused('33 labels', inPod({ labels: entries(33, '') }), {
    job: 'spec.job.pod.labels: must be at most 32 entries',
    server: 'spec.job.pod.labels: Too many: 33: must have at most 32 items',
  }),
  refused('a list for an affinity', inPod({ affinity: [] }), {
    job: 'spec.job.pod.affinity: must be a group of fields, not a list',
    server:
      'spec.job.pod.affinity: Invalid value: "array": spec.job.pod.affinity in body must be of type object: "array"',
  }),
  refused('an effect that there is not', inPod({ tolerations: [{ effect: 'Never' }] }), {
    job: 'spec.job.pod.tolerations[0].effect: must be NoSchedule, PreferNoSchedule or NoExecute',
    server:
      'spec.job.pod.tolerations[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  }),
  refused('a rate below nothing', dropbox({ transfer: { maxBytesPerSecond: -1 } }), {
    job: 'spec.transfer.maxBytesPerSecond: must be at least 0',
    server:
      'spec.transfer.maxBytesPerSecond: Invalid value: -1: spec.transfer.maxBytesPerSecond in body should be greater than or equal to 0',
  }),
];
