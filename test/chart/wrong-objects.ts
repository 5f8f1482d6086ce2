interface WrongObject {
  readonly what: string;
  readonly object: object;
}

const metadata = { name: 'wrong' };
const pod = (spec: object): object => ({ containers: [{ name: 'controller', image: 'case-backup' }], ...spec });
const deployment = (spec: object, podSpec: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata,
  spec: { selector: {}, template: { spec: pod(podSpec) }, ...spec },
});

/** Slips of a chart's author that Helm lets through; each is an object with one of them. */
export const WRONG_OBJECTS: readonly WrongObject[] = [
  { what: 'a misspelt field', object: deployment({ replicaz: 2 }) },
  { what: 'a number as text', object: deployment({ replicas: '2' }) },
  { what: 'a misspelt field deep inside', object: deployment({}, { serviceAccountNam: 'case-backup-controller' }) },
  {
    what: 'a truth value where a label is',
    object: { apiVersion: 'v1', kind: 'Service', metadata: { ...metadata, labels: { on: true } } },
  },
  {
    what: 'misspelt metadata',
    object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, lables: {} } },
  },
  {
    what: 'a required part left out',
    object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 1 } },
  },
  {
    what: 'a version that is no longer served',
    object: { apiVersion: 'policy/v1beta1', kind: 'PodDisruptionBudget', metadata, spec: {} },
  },
  { what: 'a kind of nobody', object: { apiVersion: 'example.com/v1', kind: 'Nothing', metadata } },
  {
    what: 'a misspelt field of a policy',
    object: {
      apiVersion: 'casebackup.io/v1alpha1',
      kind: 'CaseBackupPolicy',
      metadata,
      spec: { source: {}, destination: {}, timezone: 'Etc/UTC' },
    },
  },
  {
    what: 'a misspelt field of a ServiceMonitor',
    object: {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata,
      spec: { selector: {}, endpoints: [{ port: 'http', honourLabels: true }] },
    },
  },
];
