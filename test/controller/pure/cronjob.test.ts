import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT_CODES, FINAL_EXIT_CODES } from '../../../src/api/exit-codes.ts';
import { NAME_LIMIT } from '../../../src/api/policy.ts';
import type { JobSettings } from '../../../src/controller/pod-template.ts';
import { desiredCronJob } from '../../../src/controller/policy/cronjob.ts';
import { aStoredPolicy } from './a-stored-policy.ts';

const SETTINGS: JobSettings = {
  image: 'registry.example/case-backup:1',
  imagePullPolicy: 'IfNotPresent',
  serviceAccount: 'jobs',
  overlay: {},
};

interface CronJobSpec {
  readonly schedule: string;
  readonly timeZone: string;
  readonly suspend: boolean;
  readonly jobTemplate: {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly spec: {
      readonly activeDeadlineSeconds: number;
      readonly backoffLimit: number;
      readonly podReplacementPolicy: string;
      readonly ttlSecondsAfterFinished: number;
      readonly podFailurePolicy: { readonly rules: readonly object[] };
      readonly template: { readonly metadata: object; readonly spec: { readonly activeDeadlineSeconds: number } };
    };
  };
}

const desired = (spec: object = {}, name = 'nightly') => {
  const { spec: cronJob, ...object } = desiredCronJob(aStoredPolicy(spec, { name }), SETTINGS, undefined);
  return { ...object, spec: cronJob as CronJobSpec & Readonly<Record<string, unknown>> };
};

describe('The CronJob of a policy', () => {
  it('has the schedule, and its zone even where that is the default', () => {
    const { schedule, timeZone, suspend, concurrencyPolicy, startingDeadlineSeconds } = desired().spec;
    assert.deepEqual([schedule, timeZone, suspend], ['0 3 * * *', 'Etc/UTC', false]);
    assert.deepEqual([concurrencyPolicy, startingDeadlineSeconds], ['Forbid', 14_400]);
    assert.equal(desired({ timeZone: 'Europe/Berlin' }).spec.timeZone, 'Europe/Berlin');
    assert.equal(desired({ suspend: true }).spec.suspend, true);
  });

  it('is owned by the policy, without a right on its finalizers', () => {
    const { metadata } = desired();
    assert.deepEqual(metadata.ownerReferences, [
      {
        apiVersion: 'casebackup.io/v1alpha1',
        kind: 'CaseBackupPolicy',
        name: 'nightly',
        uid: 'uid-of-policy',
        controller: true,
      },
    ]);
    assert.equal(metadata.namespace, 'cases');
  });

  it('has a name of at most 52 characters, the limit of Kubernetes', () => {
    assert.equal(desired({}, 'x'.repeat(NAME_LIMIT)).metadata.name.length, 52);
  });

  it('labels its Jobs and pods, by which all that becomes of them is found', () => {
    const { jobTemplate } = desired().spec;
    assert.equal(jobTemplate.metadata.labels['casebackup.io/policy'], 'nightly');
    assert.equal(jobTemplate.metadata.labels['casebackup.io/role'], 'backup');
    assert.deepEqual(desired().metadata.labels, jobTemplate.metadata.labels);
    assert.deepEqual((jobTemplate.spec.template.metadata as { labels: object }).labels, jobTemplate.metadata.labels);
  });

  it('fails a Job at once on what a retry can not mend, and never counts a disruption', () => {
    const [first, second, ...more] = desired().spec.jobTemplate.spec.podFailurePolicy.rules;
    assert.deepEqual(first, { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    assert.deepEqual(second, {
      action: 'FailJob',
      onExitCodes: { containerName: 'backup-job', operator: 'In', values: [2, 3, 4, 5, 11, 12, 13] },
    });
    assert.deepEqual(more, []);
    assert.ok(!FINAL_EXIT_CODES.includes(EXIT_CODES.failed) && !FINAL_EXIT_CODES.includes(EXIT_CODES.outOfTime));
  });

  it("gives the run its deadline, the pod two minutes more, and the Job's to nothing but a pod that hangs", () => {
    const { activeDeadlineSeconds, backoffLimit, template, ...rest } = desired({
      job: { activeDeadlineSeconds: 1000, backoffLimit: 3 },
    }).spec.jobTemplate.spec;
    assert.equal(template.spec.activeDeadlineSeconds, 1120);
    assert.equal(activeDeadlineSeconds, 4 * 1600);
    assert.equal(backoffLimit, 3);
    assert.equal(rest.podReplacementPolicy, 'Failed');
    assert.equal(rest.ttlSecondsAfterFinished, 604_800);
  });

  it('keeps as many ended Jobs as the policy says', () => {
    const { spec } = desired({ job: { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 } });
    assert.deepEqual([spec['successfulJobsHistoryLimit'], spec['failedJobsHistoryLimit']], [1, 0]);
  });
});
