import { ROLE_LABEL } from '../../src/api/kubernetes-names.ts';
import { until } from '../../test/cluster/until.ts';
import { PAUSE_IMAGE } from '../cluster/places.ts';
import { applyAll, RESTRICTED } from '../stage/office-objects.ts';
import { NAMESPACE } from '../stage/release.ts';
import type { Stage } from '../stage/stage.ts';

/** What the cluster's own rules do to each pod of a backup when it is made. */
export interface Rule {
  readonly name: string;
  readonly objects: readonly object[];
  /** By which what the API server says of such a pod shows that the rule is in force. */
  readonly sign: string;
}

const apiVersion = 'admissionregistration.k8s.io/v1';
const BACKUP = { [ROLE_LABEL]: 'backup' };
const PODS = {
  resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  objectSelector: { matchLabels: BACKUP },
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } },
};

export function refusing(name: string, message: string): Rule {
  const validations = [{ expression: 'false', message }];
  return ruleOf('Validating', name, { validations }, { validationActions: ['Deny'] }, message);
}

/** A sidecar, as a mesh injects it. */
export function injecting(name: string, field: 'containers' | 'initContainers', more: object = {}): Rule {
  const container = {
    name,
    image: PAUSE_IMAGE,
    imagePullPolicy: 'Never',
    securityContext: RESTRICTED.container,
    ...more,
  };
  const add = (path: string, value: string): string => `JSONPatch{op: "add", path: "/spec/${path}", value: ${value}}`;
  // With a list of containers as its value the API server (1.36.3) panics.
  const steps = [
    ...(field === 'initContainers' ? [add(field, '[]')] : []),
    add(`${field}/-`, celOf(`Object.spec.${field}`, container)),
  ];
  const expression = `[${steps.join(', ')}]`;
  const mutations = [{ patchType: 'JSONPatch', jsonPatch: { expression } }];
  return ruleOf('Mutating', name, { mutations, reinvocationPolicy: 'Never' }, {}, `"name": "${name}"`);
}

function ruleOf(kind: 'Validating' | 'Mutating', name: string, does: object, binds: object, sign: string): Rule {
  const metadata = { name };
  const policy = { matchConstraints: PODS, ...does };
  return {
    name,
    objects: [
      { apiVersion, kind: `${kind}AdmissionPolicy`, metadata, spec: policy },
      { apiVersion, kind: `${kind}AdmissionPolicyBinding`, metadata, spec: { policyName: name, ...binds } },
    ],
    sign,
  };
}

/** Objects have types in CEL, which bear the names of their fields. */
function celOf(type: string, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => celOf(type, one)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `${type}{${Object.entries(value)
    .map(([name, field]) => `${name}: ${celOf(`${type}.${name}`, field)}`)
    .join(', ')}}`;
}

/** Resolves once it is in force: the API server hears of its own rules a moment later. */
export async function lay({ cluster }: Stage, { name, objects, sign }: Rule): Promise<void> {
  await applyAll(cluster.plane, objects);
  await until(
    `the rule ${name} to be in force`,
    async () => {
      const args = ['create', '-n', NAMESPACE, '--dry-run=server', '-o', 'json', '-f', '-'];
      const { stdout, stderr } = await cluster.plane.kubectl(args, { input: JSON.stringify(backupPod) });
      return `${stdout}${stderr}`.includes(sign);
    },
    { within: 60_000, everyMs: 500 },
  );
}

export async function lift({ kubectl }: Stage, { objects }: Rule): Promise<void> {
  await kubectl(['delete', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}

const backupPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'never-made', labels: BACKUP },
  spec: {
    ...RESTRICTED.pod(10001),
    containers: [{ name: 'backup-job', image: PAUSE_IMAGE, securityContext: RESTRICTED.container }],
  },
};
