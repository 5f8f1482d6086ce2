import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CachedPolicy, cachedPolicy } from '../../../src/controller/policy/cached-policy.ts';
import { POLICY_METRICS } from '../../../src/controller/policy/policy-metrics.ts';
import { policyMetricsText } from '../../../src/controller/policy/policy-metrics-text.ts';
import { readMetrics } from '../metrics-text.ts';
import { aCachedPolicy, aStoredPolicy } from './a-stored-policy.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const named = (name: string): CachedPolicy => {
  const policy = aCachedPolicy();
  return { ...policy, metadata: { ...policy.metadata, name, namespace: 'cases' } };
};
const textOf = (policies: readonly CachedPolicy[]): string => [...policyMetricsText(policies, NOW)].join('');

describe("What Prometheus is told of policies, in Prometheus' text", () => {
  it('has every metric once, with its help and type, and a policy in each', () => {
    const text = textOf([named('nightly'), named('weekly')]);
    for (const { name, type } of POLICY_METRICS) {
      assert.equal(text.split(`# TYPE ${name} ${type}\n`).length, 2, name);
      assert.equal(text.split(`# HELP ${name} `).length, 2, name);
      for (const policy of ['nightly', 'weekly']) {
        const series = readMetrics(text).filter((one) => one.name === name && one.labels['policy'] === policy);
        assert.ok(series.length > 0 || type === 'counter', name);
        assert.ok(series.every(({ labels, value }) => labels['namespace'] === 'cases' && Number.isFinite(value)));
      }
    }
  });

  it('is the same text however long it is, cut into pieces or not', () => {
    const policies = Array.from({ length: 300 }, (_, index) => named(`nightly-${index}`));
    const pieces = [...policyMetricsText(policies, NOW)];
    assert.ok(pieces.length > 10);
    assert.ok(pieces.every((piece) => piece.length < 100_000));
    const series = readMetrics(pieces.join(''));
    const single = readMetrics(textOf([named('nightly-7')]));
    assert.deepEqual(
      series.filter(({ labels }) => labels['policy'] === 'nightly-7'),
      single,
    );
    assert.equal(series.length, 300 * single.length);
  });

  it('has quotes, backslashes and line ends of a label escaped', () => {
    const policy = aStoredPolicy();
    const text = textOf([cachedPolicy({ ...policy, spec: { ...policy.spec, timeZone: 'a"b\\c\nd' } })]);
    assert.ok(text.includes(',time_zone="a\\"b\\\\c\\nd",'));
  });

  it('tells a run that waits from one that goes on, and from none', () => {
    const run = { jobName: 'n', jobUid: 'u', trigger: 'Scheduled', startTime: '2026-11-25T03:00:00Z' } as const;
    const waiting = [{ ...run, waiting: 'Unschedulable: no node' }, run, undefined].map((activeRun) => {
      const { status: before, ...policy } = named('nightly');
      const { activeRun: _, ...status } = before;
      const text = textOf([{ ...policy, status: activeRun ? { ...status, activeRun } : status }]);
      return readMetrics(text).find(({ name }) => name === 'case_backup_run_waiting')?.value;
    });
    assert.deepEqual(waiting, [1, 0, 0]);
  });

  it('is nothing but the descriptions without policies', () => {
    assert.deepEqual(readMetrics(textOf([])), []);
  });
});
