import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { at, one, type Rendered } from '../manifest.ts';
import { render } from '../render.ts';

const ON = { networkPolicy: { enabled: true } };
const CONTROLLERS = {
  'app.kubernetes.io/name': 'case-backup',
  'app.kubernetes.io/component': 'controller',
  'app.kubernetes.io/instance': 'case-backup',
};
const JOBS = { matchExpressions: [{ key: 'casebackup.io/role', operator: 'Exists' }] };
const PROMETHEUS = { namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } } };
const tcp = (port: number) => ({ port, protocol: 'TCP' });
const DNS = { ports: [{ port: 53, protocol: 'UDP' }, tcp(53)] };

const policyOf = async (name: string, values: object, namespace = 'case-backup'): Promise<Rendered> => {
  const all = await render(values, { namespace });
  return one(all, 'NetworkPolicy', `case-backup-${name}`);
};
const egressOf = async (name: string, networkPolicy: object, besides: object = {}): Promise<unknown> =>
  at(await policyOf(name, { ...besides, networkPolicy: { enabled: true, ...networkPolicy } }), 'spec.egress');

describe('The network policies', () => {
  it('are not there unless they are asked for', async () => {
    assert.deepEqual(
      (await render()).filter(({ kind }) => kind === 'NetworkPolicy'),
      [],
    );
  });

  it('let Prometheus and helm test ask the controller, and nobody else', async () => {
    const policy = await policyOf('controller', ON);
    assert.deepEqual(at(policy, 'spec.podSelector'), { matchLabels: CONTROLLERS });
    assert.deepEqual(at(policy, 'spec.policyTypes'), ['Ingress', 'Egress']);
    const test = { 'app.kubernetes.io/instance': 'case-backup', 'app.kubernetes.io/component': 'test' };
    assert.deepEqual(at(policy, 'spec.ingress'), [
      { ports: [tcp(8080)], from: [{ podSelector: { matchLabels: test } }, PROMETHEUS] },
    ]);
  });

  it('let the controller reach DNS, the API server and the jobs of its namespaces, and nothing else', async () => {
    const namespaces = ['berlin', 'munich'];
    const scope = { mode: 'Namespaces', namespaces };
    const served = { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }] };
    assert.deepEqual(await egressOf('controller', {}, { scope }), [
      DNS,
      { ports: [tcp(6443)] },
      { ports: [tcp(8080)], to: [{ namespaceSelector: served, podSelector: JOBS }] },
    ]);
  });

  it('let the jobs reach DNS, HTTPS outside of the cluster, and Postgres, and be asked by the controller', async () => {
    const policy = await policyOf('jobs', ON, 'office');
    assert.equal(policy.metadata.namespace, 'office');
    assert.deepEqual(at(policy, 'spec.podSelector'), JOBS);
    const release = { matchLabels: { 'kubernetes.io/metadata.name': 'office' } };
    assert.deepEqual(at(policy, 'spec.ingress'), [
      {
        ports: [tcp(8080)],
        from: [{ namespaceSelector: release, podSelector: { matchLabels: CONTROLLERS } }, PROMETHEUS],
      },
    ]);
    const [dns, https, postgres, ...rest] = at(policy, 'spec.egress') as {
      to?: { ipBlock: { cidr: string; except: string[] } }[];
    }[];
    assert.deepEqual(dns, DNS);
    assert.deepEqual(postgres, { ports: [tcp(5432)] });
    assert.deepEqual(rest, []);
    assert.deepEqual(at(https, 'ports'), [tcp(443)]);
    assert.deepEqual(
      https?.to?.map(({ ipBlock }) => ipBlock.cidr),
      ['0.0.0.0/0', '::/0'],
    );
    // Where clouds give out credentials, and the networks of pods.
    for (const network of ['169.254.0.0/16', '10.0.0.0/8', 'fc00::/7'])
      assert.ok(
        https?.to?.some(({ ipBlock }) => ipBlock.except.includes(network)),
        network,
      );
  });

  it('stand in each namespace that is served, and for the controller alone in a whole cluster', async () => {
    const placesOf = async (scope: object): Promise<string[]> =>
      (await render({ ...ON, scope }, { namespace: 'operations' }))
        .filter(({ kind }) => kind === 'NetworkPolicy')
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .sort();
    assert.deepEqual(await placesOf({ mode: 'Namespaces', namespaces: ['b', 'a'] }), [
      'a/case-backup-jobs',
      'b/case-backup-jobs',
      'operations/case-backup-controller',
      'operations/case-backup-tests',
    ]);
    assert.deepEqual(await placesOf({ mode: 'Cluster' }), [
      'operations/case-backup-controller',
      'operations/case-backup-tests',
    ]);
  });

  it('let the jobs reach the proxy by the port of its address, and nothing but it when HTTPS is off', async () => {
    const to = [{ ipBlock: { cidr: '192.0.2.10/32' } }];
    const proxy = { httpProxy: 'http://proxy.example', httpsProxy: 'http://u@proxy.example:3128' };
    assert.deepEqual(
      await egressOf('jobs', { proxy: { to }, https: { to: [] }, postgres: { port: null } }, { proxy }),
      [DNS, { ports: [tcp(80)], to }, { ports: [tcp(3128)], to }],
    );
  });

  it('go where the cluster has its DNS, API server and Postgres', async () => {
    const to = [{ podSelector: { matchLabels: { app: 'x' } } }];
    const dns = { ports: [5353], to };
    assert.deepEqual(
      await egressOf('controller', { dns, apiServer: { port: 443, cidrs: ['192.0.2.1/32'] } }).then((rules) =>
        (rules as object[]).slice(0, 2),
      ),
      [
        { ports: [{ port: 5353, protocol: 'UDP' }, tcp(5353)], to },
        { ports: [tcp(443)], to: [{ ipBlock: { cidr: '192.0.2.1/32' } }] },
      ],
    );
    assert.deepEqual(((await egressOf('jobs', { postgres: { port: 6432, to } })) as object[]).at(-1), {
      ports: [tcp(6432)],
      to,
    });
  });

  it('are replaced, or added to, by rules of one’s own', async () => {
    const mine = [{ ports: [tcp(1)] }];
    for (const name of ['controller', 'jobs']) {
      const replaced = await policyOf(name, {
        networkPolicy: { enabled: true, [name]: { ingress: mine, egress: mine, extraEgress: mine } },
      });
      assert.deepEqual(at(replaced, 'spec.ingress'), mine);
      assert.deepEqual(at(replaced, 'spec.egress'), [...mine, ...mine]);
      const before = (await egressOf(name, {})) as object[];
      assert.deepEqual(await egressOf(name, { [name]: { extraEgress: mine } }), [...before, ...mine]);
    }
  });
});
