import { NAMESPACE } from '../stage/release.ts';
import { ALERTMANAGER_IMAGE, imageOf, PROMETHEUS_VERSION } from './images.ts';

/** Where the monitoring stack lives, apart from what it watches. */
export const WATCH = 'watch';
/** By which Prometheus finds monitors and rules, as the chart's values give it to them. */
export const FOUND_BY = { watched: 'here' } as const;

const ACCOUNT = 'watch';
const SCRAPED_EVERY = '5s';
/** Without a step that another one must wait for: what is to be timed is the product's alert, not its way. */
const ROUTE = { receiver: 'webhook', group_by: ['...'], group_wait: '0s', group_interval: '5s', repeat_interval: '1h' };

const metadata = (name: string): object => ({ name, namespace: WATCH, labels: { app: name } });
const HARDENED = { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534 };
const SELECT = { matchLabels: FOUND_BY };

/** The operator, kube-state-metrics and what they may: everything, since rights are what other tests are about. */
export const programs = (): object[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: WATCH } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(ACCOUNT) },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: ACCOUNT },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: WATCH }],
  },
  deployment('prometheus-operator', [`--prometheus-config-reloader=${imageOf('prometheus-config-reloader')}`]),
  deployment('kube-state-metrics', ['--port=8080']),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('kube-state-metrics'),
    spec: { selector: { app: 'kube-state-metrics' }, ports: [{ name: 'http', port: 8080 }] },
  },
];

/** What the operator makes of the kinds of its own; `webhook` hears every alert. */
export const watchers = (webhook: string): object[] => [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata('alertmanager'),
    stringData: {
      'alertmanager.yaml': JSON.stringify({
        route: ROUTE,
        receivers: [{ name: 'webhook', webhook_configs: [{ url: webhook, send_resolved: true }] }],
      }),
    },
  },
  operated('Alertmanager', {
    image: ALERTMANAGER_IMAGE,
    version: `v${ALERTMANAGER_IMAGE.split(':')[1]}`,
    configSecret: 'alertmanager',
  }),
  operated('Prometheus', {
    image: imageOf('prometheus'),
    version: PROMETHEUS_VERSION,
    scrapeInterval: SCRAPED_EVERY,
    evaluationInterval: SCRAPED_EVERY,
    ...everywhere('serviceMonitor', 'podMonitor', 'rule'),
    alerting: { alertmanagers: [{ namespace: WATCH, name: 'alertmanager-operated', port: 'web' }] },
  }),
  {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name: 'kube-state-metrics', namespace: WATCH, labels: FOUND_BY },
    spec: {
      selector: { matchLabels: { app: 'kube-state-metrics' } },
      endpoints: [{ port: 'http', honorLabels: true }],
    },
  },
];

const everywhere = (...kinds: readonly string[]): object =>
  Object.fromEntries(
    kinds.flatMap((kind) => [
      [`${kind}Selector`, SELECT],
      [`${kind}NamespaceSelector`, {}],
    ]),
  );

const operated = (kind: 'Alertmanager' | 'Prometheus', spec: object): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind,
  metadata: metadata('watch'),
  spec: { replicas: 1, serviceAccountName: ACCOUNT, imagePullPolicy: 'Never', securityContext: HARDENED, ...spec },
});

const deployment = (name: 'prometheus-operator' | 'kube-state-metrics', args: readonly string[]): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata(name),
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        serviceAccountName: ACCOUNT,
        terminationGracePeriodSeconds: 1,
        securityContext: HARDENED,
        containers: [{ name, image: imageOf(name), imagePullPolicy: 'Never', args }],
      },
    },
  },
});

const ON = { enabled: true, renderMode: 'failIfMissing', labels: FOUND_BY };

/** The chart's values below `metrics`. */
export function monitorValues(): object {
  const monitor = { ...ON, interval: SCRAPED_EVERY, scrapeTimeout: SCRAPED_EVERY };
  return { serviceMonitor: monitor, podMonitor: monitor };
}

/** The policy whose absence is an alert. */
export const EXPECTED_POLICY = 'expected';

/** The chart's values that turn its monitoring on, with the alerts as `alerts` says besides. */
export const monitoringValues = (alerts: object): object => ({
  metrics: monitorValues(),
  alerts: { ...ON, expectedPolicies: [{ namespace: NAMESPACE, name: EXPECTED_POLICY }], ...alerts },
});
