import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { without } from '../../e2e/cluster/ipv4-range.ts';
import { type NetworkPolicy, policyRules, type World } from '../../e2e/cluster/policy-rules.ts';

const pod = (namespace: string, app: string, podIP: string): World['pods'][number] => ({
  metadata: { namespace, labels: { app } },
  status: { podIP },
});
const POLICY: NetworkPolicy = {
  metadata: { name: 'one', namespace: 'a' },
  spec: {
    podSelector: { matchLabels: { app: 'guarded' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ ports: [{ port: 8080 }], from: [{ podSelector: { matchLabels: { app: 'friend' } } }] }],
    egress: [
      { ports: [{ port: 53, protocol: 'UDP' }] },
      { to: [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['x'] }] } }] },
    ],
  },
};
const WORLD: World = {
  policies: [POLICY],
  pods: [
    pod('a', 'guarded', '10.0.0.2'),
    pod('a', 'friend', '10.0.0.3'),
    pod('b', 'friend', '10.0.0.4'),
    pod('c', 'stranger', '10.0.0.5'),
  ],
  namespaces: new Map([
    ['a', {}],
    ['b', {}],
    ['c', { team: 'x' }],
  ]),
};
const linesOf = (world: World, chain: string): string[] =>
  policyRules(world)
    .split('\n')
    .filter((line) => line.startsWith(`-A ${chain} `))
    .map((line) => line.replace(`-A ${chain} `, ''));

describe('The rules of NetworkPolicies', () => {
  it('let in what a policy names, from its own namespace, and reject the rest', () =>
    assert.deepEqual(linesOf(WORLD, 'E2E-TO-10.0.0.2'), ['-s 10.0.0.3 -p tcp --dport 8080 -j RETURN', '-j REJECT']));

  it('let out to anywhere where no peer is named, and to the pods of selected namespaces', () =>
    assert.deepEqual(linesOf(WORLD, 'E2E-FROM-10.0.0.2'), [
      '-p udp --dport 53 -j RETURN',
      '-d 10.0.0.5 -j RETURN',
      '-j REJECT',
    ]));

  it('say nothing of pods that no policy selects', () => {
    assert.doesNotMatch(policyRules(WORLD), /E2E-(TO|FROM)-10\.0\.0\.[345]/);
    assert.doesNotMatch(policyRules({ ...WORLD, policies: [] }), /REJECT/);
  });

  it('let through what an empty peer list of one direction does not speak of', () => {
    const onlyIngress = { ...POLICY, spec: { podSelector: {}, policyTypes: ['Ingress'] } };
    const world = { ...WORLD, policies: [onlyIngress] };
    assert.deepEqual(linesOf(world, 'E2E-TO-10.0.0.3'), ['-j REJECT']);
    assert.doesNotMatch(policyRules(world), /E2E-FROM/);
  });
});

describe('A range without others', () => {
  it('is itself without any', () => assert.deepEqual(without('10.0.0.0/8', ['192.168.0.0/16']), ['10.0.0.0/8']));
  it('is nothing without itself', () => assert.deepEqual(without('10.0.0.0/8', ['10.0.0.0/8']), []));
  it('is what remains around a hole', () =>
    assert.deepEqual(without('10.0.0.0/30', ['10.0.0.1/32']), ['10.0.0.0/32', '10.0.0.2/31']));
  it('has every address but those of the holes', () =>
    assert.deepEqual(without('0.0.0.0/0', ['10.0.0.0/8', 'fc00::/7']), [
      '0.0.0.0/5',
      '8.0.0.0/7',
      '11.0.0.0/8',
      '12.0.0.0/6',
      '16.0.0.0/4',
      '32.0.0.0/3',
      '64.0.0.0/2',
      '128.0.0.0/1',
    ]));
});
