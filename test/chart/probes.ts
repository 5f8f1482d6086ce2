export interface Probe {
  /** What must be set as well for the key to matter. */
  readonly besides?: Readonly<Record<string, unknown>>;
  /** What the key is changed to, where another value of its schema would change nothing. */
  readonly value?: unknown;
  /** What the cluster serves; every kind that the chart asks for unless told. */
  readonly apiVersions?: readonly string[];
}

const WITHOUT_THE_KIND: Probe = { value: 'alwaysRender', apiVersions: [] };
const PROXY = { proxy: { httpsProxy: 'http://proxy.example:3128' } };
const POLICY = { name: 'nightly', spec: { source: {}, destination: {} } };

/** The keys whose effect a value drawn from the schema would not show, each with what shows it. */
export const PROBES: Readonly<Record<string, Probe>> = {
  'alerts.disabled': { value: ['CaseBackupMissed'] },
  'alerts.renderMode': WITHOUT_THE_KIND,
  'caBundle.key': { besides: { caBundle: { configMap: 'office-ca' } } },
  // By default a user namespace of its own on the Kubernetes of the tests, like "false".
  'controller.hostUsers': { value: 'true' },
  'metrics.honorLabels': { besides: { metrics: { serviceMonitor: { enabled: true } } } },
  'metrics.podMonitor.renderMode': WITHOUT_THE_KIND,
  'metrics.serviceMonitor.renderMode': WITHOUT_THE_KIND,
  'networkPolicy.proxy.to': { besides: PROXY },
  // Not asked to, it adapts nothing on a cluster that is no OpenShift.
  'openshift.adaptSecurityContext': { value: 'force' },
  'openshift.jobsSecurityContextConstraints': { besides: { openshift: { adaptSecurityContext: 'force' } } },
  policies: { value: [POLICY] },
  policiesRenderMode: { ...WITHOUT_THE_KIND, besides: { policies: [POLICY] } },
  'proxy.noProxy': { besides: PROXY },
  // Mode Namespaces needs a list, and a list needs that mode.
  'scope.mode': { value: 'Cluster' },
  'scope.namespaces': { besides: { scope: { mode: 'Namespaces', namespaces: ['cases'] } } },
};
