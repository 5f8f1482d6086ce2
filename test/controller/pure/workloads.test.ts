import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MANUAL_ANNOTATION, POLICY_LABEL, ROLE_LABEL } from '../../../src/api/kubernetes-names.ts';
import { activeRunOf } from '../../../src/controller/policy/active-run.ts';
import { outcomeOf, triggerOf } from '../../../src/controller/policy/outcome.ts';
import { JOB_NAME_LABEL, type Job, type Pod, slimJob, slimPod } from '../../../src/controller/workloads.ts';
import { aJob, aPod, complete, failed } from './job-and-pod.ts';

/** As it comes from the server, with what nobody reads. */
const whole = <T extends Job | Pod>(object: T): T => ({
  ...object,
  spec: { template: { spec: { containers: [{ name: 'backup-job', env: [{ name: 'X', value: 'x'.repeat(3000) }] }] } } },
  metadata: {
    ...object.metadata,
    resourceVersion: '7',
    generation: 1,
    labels: { ...object.metadata.labels, 'app.kubernetes.io/name': 'case-backup' },
    annotations: { ...object.metadata.annotations, 'batch.kubernetes.io/cronjob-scheduled-timestamp': 'x' },
    managedFields: [{ manager: 'kube-controller-manager' }],
  },
});

const NOW = new Date('2026-11-25T03:00:05Z');

describe('A Job as the cache keeps it', () => {
  const jobs = {
    'one that goes on': aJob(),
    'a complete one': complete(),
    'a failed one': failed({ reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }),
    'one by hand': complete({ isManual: true }),
  };
  for (const [name, job] of Object.entries(jobs)) {
    it(`has the verdict and the trigger of the whole one: ${name}`, () => {
      const kept = slimJob(whole(job));
      assert.deepEqual(
        outcomeOf(kept, [], { policy: 'nightly', runIds: new Set() }),
        outcomeOf(job, [], { policy: 'nightly', runIds: new Set() }),
      );
      assert.equal(triggerOf(kept), triggerOf(job));
    });
  }

  it('has its identity, its policy and its version, and is small', () => {
    const { metadata } = slimJob(whole(complete({ isManual: true })));
    const { name, uid, namespace, creationTimestamp } = complete().metadata;
    assert.deepEqual(
      { ...metadata, ownerReferences: undefined },
      {
        ...{ name, uid, namespace, creationTimestamp, resourceVersion: '7', ownerReferences: undefined },
        labels: { [POLICY_LABEL]: 'nightly', [ROLE_LABEL]: 'backup' },
        annotations: { [MANUAL_ANNOTATION]: 'manual' },
      },
    );
    assert.ok(JSON.stringify(slimJob(whole(complete()))).length < 800);
  });
});

describe('A pod as the cache keeps it', () => {
  it('says why it waits, whose it is, and no more of its spec', () => {
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "dropbox" not found' };
    const pod = aPod({ phase: 'Pending', state: { waiting } });
    const labels = { [POLICY_LABEL]: 'nightly', [ROLE_LABEL]: 'backup', [JOB_NAME_LABEL]: 'case-backup-nightly-1' };
    const kept = slimPod(whole({ ...pod, metadata: { ...pod.metadata, labels } }));
    assert.deepEqual(kept.metadata.labels, labels);
    assert.equal('spec' in kept, false);
    assert.deepEqual(activeRunOf(aJob(), [kept], { now: NOW }), activeRunOf(aJob(), [pod], { now: NOW }));
  });
});
