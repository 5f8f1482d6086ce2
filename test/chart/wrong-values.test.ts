import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { describe, it } from 'node:test';
import { RenderRefused, render } from './render.ts';

const SPEC = { source: {}, destination: {} };
const policy = (more: object): object => ({ policies: [{ name: 'nightly', spec: SPEC, ...more }] });
const controller = (more: object): object => ({ controller: more });
const pod = (more: object): object => ({ jobs: { pod: more } });

/** What people get wrong in a values file, by the key that the message has to name. */
const WRONG: readonly [key: string, what: string, values: object][] = [
  ['dropbox', 'a key that the chart has never had', { dropbox: { existingSecret: 'dropbox' } }],
  ['fullnameOverride', 'a digit where a Service begins with a letter', { fullnameOverride: '2nd-office' }],
  ['fullnameOverride', 'a dot in the name of a Service', { fullnameOverride: 'office.berlin' }],
  ['fullnameOverride', 'more than a Service has room for', { fullnameOverride: 'a'.repeat(41) }],
  ['nameOverride', 'a label with an end that is none', { nameOverride: 'nights-' }],
  ['replicaCount', 'the name that other charts have', controller({ replicaCount: 2 })],
  ['controller/replicas', 'a number as text', controller({ replicas: '2' })],
  ['controller/replicas', 'fewer than none', controller({ replicas: -1 })],
  ['controller/logLevel', 'a level that there is not', controller({ logLevel: 'trace' })],
  ['controller/leaseDurationSeconds', 'less than the controller takes', controller({ leaseDurationSeconds: 2 })],
  ['controller/leaseName', 'a name with capitals', controller({ leaseName: 'Office' })],
  ['controller/leaseName', 'a name of empty parts', controller({ leaseName: 'z.n.-.-.2' })],
  ['controller/hostUsers', 'a truth value', controller({ hostUsers: false })],
  ['memroy', 'a misspelt probe', controller({ readinessProbe: { memroy: 1 } })],
  ['controller/livenessProbe/periodSeconds', 'a pace of never', controller({ livenessProbe: { periodSeconds: 0 } })],
  [
    'controller/resources/limits/memory',
    'a quantity that is none',
    controller({ resources: { limits: { memory: '256 MB' } } }),
  ],
  ['limit', 'a misspelt limits', controller({ resources: { limit: { memory: '1Gi' } } })],
  ['controller/tolerations', 'a map for a list', controller({ tolerations: { key: 'x' } })],
  [
    'controller/tolerations/0/effect',
    'an effect that there is not',
    controller({ tolerations: [{ effect: 'NoRun' }] }),
  ],
  [
    'controller/topologySpreadConstraints/0',
    'a spread that does not say how much',
    controller({ topologySpreadConstraints: [{ topologyKey: 'zone' }] }),
  ],
  ['controller/extraEnv/0', 'a variable without a name', controller({ extraEnv: [{ value: 'x' }] })],
  ['controller/extraEnv/0/value', 'a number for a variable', controller({ extraEnv: [{ name: 'A', value: 1 }] })],
  [
    'controller/podDisruptionBudget/minAvailable',
    'more than all',
    controller({ podDisruptionBudget: { minAvailable: '120%' } }),
  ],
  [
    'controller.podDisruptionBudget',
    'a budget of nothing',
    controller({ podDisruptionBudget: { enabled: true, maxUnavailable: '' } }),
  ],
  ['nodeSelecter', 'a misspelt affinity', controller({ affinity: { nodeSelecter: {} } })],
  ['image/tag', 'a number for a tag', { image: { tag: 1.2 } }],
  ['image/digest', 'a digest that is cut off', { image: { digest: 'sha256:abc' } }],
  ['image/repository', 'a tag in the repository', { image: { repository: 'case-backup:v1' } }],
  ['image/pullPolicy', 'a policy that there is not', { image: { pullPolicy: 'Sometimes' } }],
  ['imagePullSecrets/0', 'a name instead of a reference', { imagePullSecrets: ['registry'] }],
  ['global/imageRegistry', 'an address for a registry', { global: { imageRegistry: 'https://mirror.example' } }],
  ['commonLabels/office', 'a label that Kubernetes would refuse', { commonLabels: { office: 'a b' } }],
  ['scope/mode', 'a mode that there is not', { scope: { mode: 'All' } }],
  ['scope/namespaces', 'namespaces that would not be served', { scope: { namespaces: ['berlin'] } }],
  ['scope/namespaces', 'no namespaces to serve', { scope: { mode: 'Namespaces' } }],
  ['scope/namespaces', 'one namespace twice', { scope: { mode: 'Namespaces', namespaces: ['a', 'a'] } }],
  ['crds/install', 'text for a truth value', { crds: { install: 'no' } }],
  [
    'jobs/pod/env/NODE_OPTIONS',
    'a variable that decides which code runs',
    pod({ env: { NODE_OPTIONS: '--require=x' } }),
  ],
  ['jobs/pod/env/TZ', 'a truth value for a variable', pod({ env: { TZ: true } })],
  ['jobs.pod.labels', 'a label of case-backup itself', pod({ labels: { 'casebackup.io/role': 'backup' } })],
  [
    'jobs.pod.annotations',
    'an annotation of Kubernetes',
    pod({ annotations: { 'container.apparmor.security.beta.kubernetes.io/x': 'unconfined' } }),
  ],
  ['securityContext', 'what no file of --job-pod may say', pod({ securityContext: {} })],
  ['jobs/pod/fsGroup', 'the group of root', pod({ fsGroup: 0 })],
  ['jobs/pod/caBundle', 'a key of no ConfigMap', pod({ caBundle: { key: 'ca.crt' } })],
  ['proxy/httpsProxy', 'a proxy without its scheme', { proxy: { httpsProxy: 'proxy.example:3128' } }],
  ['proxy/httpsProxy', 'an address of IPv6 without brackets', { proxy: { httpsProxy: 'http://2001:db8::1:3128' } }],
  ['proxy/httpProxy', 'brackets around what is no address', { proxy: { httpProxy: 'http://[1::2::3]:3128' } }],
  ['proxy/httpProxy', 'an address beyond the last', { proxy: { httpProxy: 'http://192.0.2.256:3128' } }],
  ['proxy/httpProxy', 'a port beyond the last', { proxy: { httpProxy: 'http://proxy.example:70000' } }],
  ['proxy/httpProxy', 'a per cent sign that is none', { proxy: { httpProxy: 'http://jane:50%@proxy.example' } }],
  ['openshift/adaptSecurityContext', 'a truth value', { openshift: { adaptSecurityContext: true } }],
  [
    'networkPolicy/apiServer/cidrs/0',
    'an address that is no network',
    { networkPolicy: { apiServer: { cidrs: ['192.0.2.1'] } } },
  ],
  ['networkPolicy/postgres/port', 'a port beyond the last', { networkPolicy: { postgres: { port: 70000 } } }],
  ['pods', 'a misspelt peer', { networkPolicy: { metricsFrom: [{ pods: {} }] } }],
  ['metrics/serviceMonitor/interval', 'a number of nothing', { metrics: { serviceMonitor: { interval: '30' } } }],
  ['metrics/podMonitor/renderMode', 'a mode that there is not', { metrics: { podMonitor: { renderMode: 'auto' } } }],
  ['alerts/disabled/0', 'an alert of somebody else', { alerts: { disabled: ['KubeJobFailed'] } }],
  [
    'alerts/overrides/CaseBackupFailed/severity',
    'a severity that nobody routes',
    { alerts: { overrides: { CaseBackupFailed: { severity: 'page' } } } },
  ],
  [
    'alerts/expectedPolicies/0',
    'a policy without its namespace',
    { alerts: { expectedPolicies: [{ name: 'nightly' }] } },
  ],
  ['alerts/runbookUrl', 'an address with no room for the name', { alerts: { runbookUrl: 'https://wiki.example/' } }],
  ['policies/0/name', 'a name too long for its CronJob', policy({ name: 'a'.repeat(41) })],
  ['policies/0', 'a policy without a spec', { policies: [{ name: 'nightly' }] }],
  ['schedule', 'a field beside the spec', policy({ schedule: '0 3 * * *' })],
  ['policiesRenderMode', 'a mode that there is not', { policiesRenderMode: 'never' }],
  ['tests/enabled', 'text for a truth value', { tests: { enabled: 'false' } }],
  ['extraObjects', 'a map for a list', { extraObjects: { one: { kind: 'ConfigMap' } } }],
  ['extraObjects/0', 'a number for an object', { extraObjects: [1] }],
];

describe('A wrong values file is refused, by the key that is wrong', { concurrency: availableParallelism() }, () => {
  for (const [key, what, values] of WRONG)
    it(`${key}: ${what}`, async () => {
      await assert.rejects(render(values), (error) => {
        assert.ok(error instanceof RenderRefused, String(error));
        assert.ok(error.message.includes(key), error.message);
        return true;
      });
    });
});
