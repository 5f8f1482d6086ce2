import { FINAL_EXIT_CODES } from '../../api/exit-codes.ts';
import { cronJobName } from '../../api/kubernetes-names.ts';
import { apiVersionOf, type KubeObject } from '../../kube/objects.ts';
import { CRON_JOBS, POLICIES } from '../../kube/resources.ts';
import { CONTAINER, type JobSettings, labelsOf, podTemplate } from '../pod-template.ts';
import type { PolicyObject } from '../workloads.ts';
import { backupPod } from './backup-pod.ts';

/** Deletes the pod and its message, so it is only for a pod that nothing else ends. */
const JOB_BACKSTOP_SECONDS = 600;
/** Cleans up runs by hand as well, which the CronJob's history limits only count with kubectl 1.33 and newer. */
const TTL_SECONDS = 7 * 24 * 3600;

/** The CronJob of a policy, whole: what it does not state belongs to the server's defaults or to others. */
export function desiredCronJob(
  policy: PolicyObject,
  settings: JobSettings,
  installation: string | undefined,
): KubeObject & { readonly spec: object } {
  const { spec, metadata } = policy;
  return {
    apiVersion: apiVersionOf(CRON_JOBS),
    kind: CRON_JOBS.kind,
    metadata: {
      name: cronJobName('backup', metadata.name),
      namespace: metadata.namespace ?? '',
      labels: labelsOf(metadata.name, 'backup'),
      // Without blockOwnerDeletion, which would need a right on the policy's finalizers.
      ownerReferences: [
        {
          apiVersion: apiVersionOf(POLICIES),
          kind: POLICIES.kind,
          name: metadata.name,
          uid: metadata.uid ?? '',
          controller: true,
        },
      ],
    },
    spec: {
      schedule: spec.schedule,
      // Always written: without it a schedule runs in the zone of whatever machine the control plane is on.
      timeZone: spec.timeZone,
      suspend: spec.suspend,
      startingDeadlineSeconds: spec.startingDeadlineSeconds,
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: spec.job.successfulJobsHistoryLimit,
      failedJobsHistoryLimit: spec.job.failedJobsHistoryLimit,
      jobTemplate: {
        metadata: { labels: labelsOf(metadata.name, 'backup') },
        spec: {
          activeDeadlineSeconds: (spec.job.activeDeadlineSeconds + JOB_BACKSTOP_SECONDS) * (spec.job.backoffLimit + 1),
          backoffLimit: spec.job.backoffLimit,
          // A deleted pod and its replacement would otherwise run side by side for seconds.
          podReplacementPolicy: 'Failed',
          podFailurePolicy: {
            rules: [
              { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
              {
                action: 'FailJob',
                onExitCodes: { containerName: CONTAINER, operator: 'In', values: [...FINAL_EXIT_CODES] },
              },
            ],
          },
          ttlSecondsAfterFinished: TTL_SECONDS,
          template: podTemplate(backupPod(policy, installation), settings),
        },
      },
    },
  };
}
