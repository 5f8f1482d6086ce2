import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, one, type Rendered } from '../manifest.ts';
import { type RenderOptions, render } from '../render.ts';

const SELECTED = {
  'app.kubernetes.io/name': 'case-backup',
  'app.kubernetes.io/component': 'controller',
  'app.kubernetes.io/instance': 'case-backup',
};

const deployment = async (values: object, options?: RenderOptions): Promise<Rendered> =>
  one(await render(values, options), 'Deployment');
const pod = async (values: object, field: string, options?: RenderOptions): Promise<unknown> =>
  at(await deployment(values, options), `spec.template.spec.${field}`);

describe("The controller's pod", () => {
  it('has a user namespace of its own from Kubernetes 1.36 on, or as values say', async () => {
    assert.equal(await pod({}, 'hostUsers', { kubeVersion: '1.35.9' }), undefined);
    assert.equal(await pod({}, 'hostUsers', { kubeVersion: '1.36.0' }), false);
    assert.equal(await pod({ controller: { hostUsers: 'true' } }, 'hostUsers', { kubeVersion: '1.37.0' }), undefined);
    assert.equal(await pod({ controller: { hostUsers: 'false' } }, 'hostUsers', { kubeVersion: '1.31.0' }), false);
  });

  it('leaves its user to OpenShift, and on no other cluster', async () => {
    const user = { runAsUser: 10001, runAsGroup: 10001 };
    const rest = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
    const openshift = { apiVersions: ['security.openshift.io/v1'] };
    const adapt = (adaptSecurityContext: string): object => ({ openshift: { adaptSecurityContext } });
    assert.deepEqual(await pod({}, 'securityContext'), { ...user, ...rest });
    assert.deepEqual(await pod({}, 'securityContext', openshift), rest);
    assert.deepEqual(await pod(adapt('force'), 'securityContext'), rest);
    assert.deepEqual(await pod(adapt('disabled'), 'securityContext', openshift), { ...user, ...rest });
  });

  it('lets the jobs be the image’s user on OpenShift, in each namespace that is served', async () => {
    const scope = { mode: 'Namespaces', namespaces: ['berlin', 'munich'] };
    const bound = (objects: readonly Rendered[]) =>
      objects.filter(({ metadata }) => metadata.name === 'case-backup-job-scc');
    const bindings = bound(await render({ scope, openshift: { adaptSecurityContext: 'force' } }));
    assert.deepEqual(
      bindings.map((binding) => [
        binding.metadata.namespace,
        at(binding, 'roleRef.name'),
        at(binding, 'subjects.0.name'),
      ]),
      [
        ['berlin', 'system:openshift:scc:nonroot-v2', 'case-backup-job'],
        ['munich', 'system:openshift:scc:nonroot-v2', 'case-backup-job'],
      ],
    );
    assert.deepEqual(bound(await render({ scope })), []);
  });

  it('keeps several replicas apart where there is a choice, and one of them through a drain', async () => {
    const controller = { replicas: 2, podDisruptionBudget: { enabled: true } };
    const objects = await render({ controller });
    assert.deepEqual(at(one(objects, 'Deployment'), 'spec.template.spec.affinity.podAntiAffinity'), {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: SELECTED } },
        },
      ],
    });
    assert.deepEqual(one(objects, 'PodDisruptionBudget')['spec'], {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
      selector: { matchLabels: SELECTED },
    });
    assert.equal(await pod({}, 'affinity'), undefined);
  });

  it('is counted by a spread that names no pods, and by the one that does as it says', async () => {
    const spread = { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' };
    const labelSelector = { matchLabels: { app: 'x' } };
    const topologySpreadConstraints = [spread, { ...spread, labelSelector }];
    assert.deepEqual(await pod({ controller: { topologySpreadConstraints } }, 'topologySpreadConstraints'), [
      { ...spread, labelSelector: { matchLabels: SELECTED } },
      { ...spread, labelSelector },
    ]);
  });

  it('reaches the API server past every proxy, and trusts the authorities of the office', async () => {
    const values = {
      proxy: { httpsProxy: 'http://proxy.example:3128', noProxy: '.svc' },
      caBundle: { configMap: 'office-ca', key: 'bundle.pem' },
    };
    const env = Object.fromEntries(
      ((await pod(values, 'containers.0.env')) as { name: string; value: string }[]).map(({ name, value }) => [
        name,
        value,
      ]),
    );
    assert.deepEqual(env, {
      HTTPS_PROXY: 'http://proxy.example:3128',
      NO_PROXY: '.svc,$(KUBERNETES_SERVICE_HOST),kubernetes.default.svc',
      NODE_EXTRA_CA_CERTS: '/etc/case-backup/ca/ca.crt',
    });
    const volumes = (await pod(values, 'volumes')) as { name: string }[];
    assert.deepEqual(
      volumes.find(({ name }) => name === 'ca-bundle'),
      { name: 'ca-bundle', configMap: { name: 'office-ca', items: [{ key: 'bundle.pem', path: 'ca.crt' }] } },
    );
    assert.equal(await pod({ proxy: { noProxy: '.svc' } }, 'containers.0.env'), undefined);
  });

  it('may be none, and as many as somebody else says', async () => {
    assert.equal(at(await deployment({ controller: { replicas: 0 } }), 'spec.replicas'), 0);
    assert.equal(at(await deployment({ controller: { replicas: null } }), 'spec.replicas'), undefined);
  });

  it('keeps its own labels, whatever labels are added', async () => {
    const mine = { 'app.kubernetes.io/component': 'mine', team: 'a' };
    const given = { commonLabels: { ...mine, office: 'b' }, controller: { podLabels: { ...mine, team: 'c' } } };
    const labels = at(await deployment(given), 'spec.template.metadata.labels') as Record<string, string>;
    assert.deepEqual(
      { component: labels['app.kubernetes.io/component'], team: labels['team'], office: labels['office'] },
      { component: 'controller', team: 'c', office: 'b' },
    );
  });
});

it('Every object has the common labels and annotations, and says of which chart it is', async () => {
  const values = {
    commonLabels: { office: 'berlin' },
    commonAnnotations: { note: 'x' },
    networkPolicy: { enabled: true },
    controller: { podDisruptionBudget: { enabled: true } },
  };
  const objects = await render(values);
  assert.ok(objects.length > 15, `${objects.length}`);
  for (const { kind, metadata } of objects) {
    assert.equal(metadata.labels?.['office'], 'berlin', kind);
    assert.equal(metadata.annotations?.['note'], 'x', kind);
    assert.match(metadata.labels?.['helm.sh/chart'] ?? '', /^case-backup-\d/, kind);
    assert.equal(metadata.labels?.['app.kubernetes.io/part-of'], 'case-backup', kind);
  }
});
