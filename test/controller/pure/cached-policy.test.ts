import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { policySpecSchema } from '../../../src/api/policy.ts';
import { cachedPolicy, wholePolicy } from '../../../src/controller/policy/cached-policy.ts';
import { firstFault } from '../../../src/controller/policy/checks.ts';
import { policyMetricsText } from '../../../src/controller/policy/policy-metrics-text.ts';
import { planStatus } from '../../../src/controller/policy/status-plan.ts';
import { readMetrics } from '../metrics-text.ts';
import { aCachedPolicy, aStoredPolicy } from './a-stored-policy.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const PLAIN = aStoredPolicy();

describe('A policy as the cache holds it', () => {
  it('has its spec with every default, and none of what kubectl notes on the object', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(3000) };
    const { source, destination } = PLAIN.spec;
    const metadata = { ...PLAIN.metadata, annotations, managedFields: [{ manager: 'kubectl' }] };
    const policy = cachedPolicy({ ...PLAIN, metadata, spec: { source, destination } });
    assert.deepEqual(policy, aCachedPolicy());
    assert.deepEqual(wholePolicy(policy).spec, policySpecSchema.parse({ source, destination }));
  });

  it('has a fault for each field that this release does not know, and is judged by the others', () => {
    const { source } = PLAIN.spec;
    const { spec } = aCachedPolicy({
      layout: 'PerCase',
      staleAfterSeconds: 7200,
      source: { ...source, dropbox: { ...source.dropbox, team: true } },
    });
    assert.deepEqual(
      spec.faults.map(({ field }) => field),
      ['spec.source.dropbox.team', 'spec.layout'],
    );
    assert.equal(spec.readable?.staleAfterSeconds, 7200);
    assert.deepEqual(spec.readable?.source, source);
    assert.throws(() => wholePolicy(aCachedPolicy({ layout: 'PerCase' })));
  });

  it('is judged by the rest when its schedule or zone is wrong, and shows them as they are written', () => {
    const { spec } = aCachedPolicy({ schedule: '61 3 * * *', staleAfterSeconds: 7200 });
    assert.deepEqual([spec.schedule, spec.readable?.staleAfterSeconds], ['61 3 * * *', 7200]);
    assert.equal(aCachedPolicy({ staleAfterSeconds: 1 }).spec.readable, undefined);
  });

  it('can be looked at and scraped whatever stands in it, and so can all the others', () => {
    const field = fc.constantFrom(...Object.keys(PLAIN.spec), 'another');
    const part = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue()));
    const spec = fc.oneof(part, fc.dictionary(field, part), fc.constant(PLAIN.spec));
    fc.assert(
      fc.property(spec, part, (wrong, status) => {
        const policy = cachedPolicy({ ...PLAIN, spec: wrong, status });
        const fault = firstFault({ policy, standing: undefined, now: NOW });
        assert.equal(fault === undefined, policySpecSchema.safeParse(wrong).success);
        planStatus({
          policy,
          fault,
          applied: { kind: 'stands' },
          cronJob: undefined,
          jobs: [],
          podsOf: () => [],
          spokenOf: () => undefined,
          vanished: undefined,
          progressOf: () => undefined,
          crdGaps: [],
          now: NOW,
        });
        const good = { ...aCachedPolicy(), metadata: { ...PLAIN.metadata, name: 'good' } };
        const series = readMetrics([...policyMetricsText([policy, good], NOW)].join(''));
        assert.ok(series.every(({ value }) => Number.isFinite(value)));
        const alone = readMetrics([...policyMetricsText([good], NOW)].join(''));
        assert.deepEqual(
          series.filter(({ labels }) => labels['policy'] === 'good'),
          alone,
        );
        const names = new Set(series.filter(({ labels }) => labels['policy'] === 'nightly').map(({ name }) => name));
        assert.ok(names.has('case_backup_policy_condition') && names.has('case_backup_last_success_timestamp_seconds'));
      }),
    );
  });
});
