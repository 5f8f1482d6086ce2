import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const policyFrom = (file: string): { spec: object } =>
  parse(readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8')) as { spec: object };

const labels = { 'app.kubernetes.io/name': 'case-backup' };
const term = { matchExpressions: [{ key: 'pool', operator: 'In', values: ['nights'] }] };
const podTerm = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
const rules = [{ ports: [{ protocol: 'TCP', port: 8443 }] }, { ports: [{ port: 'http' }] }];
const peers = [{ namespaceSelector: { matchLabels: { team: 'backups' } } }, { ipBlock: { cidr: '10.1.0.0/16' } }];
const relabelings = [{ action: 'replace', sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' }];
const seconds = { periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 4 };

/** A pattern can't tell which addresses of IPv6 there are. */

/**
 * Values of the keys whose shape is Kubernetes' own, or of another API, and that values.schema.json therefore leaves
 * open: by the key's name, each differing from the default.
 */
export const EXAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  additionalRules: [
    [{ alert: 'OfficeClosed', expr: 'vector(1)', for: '5m', labels: { severity: 'info' } }],
    [{ record: 'office:open', expr: 'vector(0)' }],
  ],
  affinity: [
    { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
    { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [podTerm] } },
  ],
  disabled: [['CaseBackupMissed'], ['CaseBackupTooOld', 'CaseBackupSuspended']],
  egress: [rules],
  expectedPolicies: [[{ namespace: 'cases', name: 'nightly' }]],
  extraEgress: [rules.slice(1)],
  extraEnv: [
    [{ name: 'TZ', value: 'Europe/Berlin' }],
    [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
  ],
  extraObjects: [
    [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ours' }, data: { answer: '42' } }],
    ['{apiVersion: v1, kind: ConfigMap, metadata: {name: "{{ .Release.Name }}-ours"}}'],
    [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'ours' } }],
  ],
  extraVolumeMounts: [[{ name: 'extra', mountPath: '/extra', readOnly: true }]],
  extraVolumes: [[{ name: 'extra', configMap: { name: 'extra', optional: true } }], [{ name: 'extra', emptyDir: {} }]],
  imagePullSecrets: [[{ name: 'registry' }], [{ name: 'registry' }, { name: 'mirror' }]],
  ingress: [rules],
  livenessProbe: [seconds],
  metricRelabelings: [relabelings],
  metricsFrom: [peers, []],
  nodeSelector: [{ pool: 'nights' }, { 'kubernetes.io/arch': 'arm64' }],
  overrides: [{ CaseBackupMissed: { severity: 'critical', for: '30m', labels: { team: 'operations' } } }],
  podSecurityContext: [{ runAsNonRoot: true, fsGroup: 2000 }],
  policies: [
    [{ name: 'nightly', spec: policyFrom('policy-dropbox.yaml').spec }],
    [
      {
        name: 'office',
        namespace: 'cases',
        labels: { team: 'office' },
        spec: policyFrom('policy-directory.yaml').spec,
      },
    ],
  ],
  readinessProbe: [seconds],
  relabelings: [relabelings],
  resources: [{ requests: { cpu: 1, memory: '1Gi' } }, { limits: { cpu: '250m', 'ephemeral-storage': '1Gi' } }],
  securityContext: [{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsUser: 2000 }],
  to: [peers, peers.slice(1)],
  tolerations: [
    [{ key: 'nights', operator: 'Exists', effect: 'NoSchedule' }],
    [{ key: 'a', value: 'b', tolerationSeconds: 5 }],
  ],
  topologySpreadConstraints: [
    [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }],
  ],
  updateStrategy: [
    { type: 'Recreate' },
    { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: '50%' } },
  ],
};
