import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { POLICY_LABEL, ROLE_LABEL, ROLES } from '../../../src/api/kubernetes-names.ts';
import { policiesOf } from '../../../src/controller/policy/policy-row.ts';
import { CRON_JOBS, JOBS, LEASES, PODS, POLICIES } from '../../../src/kube/resources.ts';
import { aCachedPolicy, aCronJob } from './a-stored-policy.ts';
import { aJob } from './job-and-pod.ts';

describe('A change wakes', () => {
  it('the policy itself', () => assert.deepEqual(policiesOf(POLICIES, aCachedPolicy()), ['cases/nightly']));

  it('the owner of a CronJob, whatever the CronJob is called', () => {
    const { metadata } = aCronJob();
    const renamed = { metadata: { ...metadata, name: 'another-name' } };
    assert.deepEqual(policiesOf(CRON_JOBS, renamed), ['cases/nightly']);
  });

  it('the policy in whose way a CronJob stands that nobody owns', () => {
    const { ownerReferences: _, labels: __, ...metadata } = aCronJob().metadata;
    assert.deepEqual(policiesOf(CRON_JOBS, { metadata }), ['cases/nightly']);
    assert.deepEqual(policiesOf(CRON_JOBS, { metadata: { ...metadata, name: 'case-drill-nightly' } }), []);
  });

  it('the policy of a Job or pod that is part of a night, and of no other role or of none', () => {
    for (const resource of [JOBS, PODS]) {
      const { metadata } = aJob();
      for (const role of ROLES) {
        const labels = { [POLICY_LABEL]: 'nightly', [ROLE_LABEL]: role };
        const woken = policiesOf(resource, { metadata: { ...metadata, labels } });
        assert.deepEqual(woken, role === 'backup' ? ['cases/nightly'] : [], role);
      }
      const labels = { [POLICY_LABEL]: 'nightly' };
      assert.deepEqual(policiesOf(resource, { metadata: { ...metadata, labels } }), []);
    }
  });

  it('nobody, by what no policy has to do with', () => {
    assert.deepEqual(policiesOf(LEASES, { metadata: { name: 'x', namespace: 'cases' } }), []);
  });
});
