import { createHash } from 'node:crypto';
import { JOB_POD_ANNOTATION, POLICY_LABEL, ROLE_LABEL, type Role, RUN_PORT } from '../api/kubernetes-names.ts';
import type { PodOverlay } from '../api/pod/overlay.ts';
import type { PolicySpec } from '../api/policy.ts';
import { operatorAdditions } from './operator-additions.ts';
import { type Mount, volumeMountsOf, volumesOf } from './pod-mounts.ts';
import { placementOf } from './pod-placement.ts';
import { plain, type Variable } from './pod-variables.ts';

/** What the controller's operator decides about the jobs' pods. */
export interface JobSettings {
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Service account of the pods; its token is never mounted. */
  readonly serviceAccount: string;
  /** From `--job-pod`; it adds, and can't change what the pod may do. */
  readonly overlay: PodOverlay;
}

/** What a Job of some role asks of its pod; all the rest is the same for every role. */
export interface PodDescription {
  /** Name of the policy that it belongs to. */
  readonly policy: string;
  readonly role: Role;
  /** The program's arguments. */
  readonly args: readonly string[];
  readonly env: readonly Variable[];
  readonly mounts: readonly Mount[];
  readonly job: Pick<PolicySpec['job'], 'activeDeadlineSeconds' | 'resources' | 'pod'>;
}

export const CONTAINER = 'backup-job';

/** The pod's own deadline comes after the run's, so that a run ends by itself, with a report. */
const GRACE_SECONDS = 120;
/** SIGTERM to SIGKILL: the job closes its upload, record and lease within 30 s of it. */
const TERMINATION_SECONDS = 60;

const DEFAULT_RESOURCES = { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } };

const TERMINATION_MESSAGE_PATH = '/dev/termination-log';
const WORK: Mount = { name: 'work', path: '/work', readOnly: false, volume: { emptyDir: {} } };

/** The pod of a Job of any role: restricted pod security, no API token, secrets by reference. */
export function podTemplate(description: PodDescription, settings: JobSettings): object {
  const { job, policy, role } = description;
  const { overlay } = settings;
  return {
    metadata: {
      labels: { ...job.pod?.labels, ...overlay.labels, ...labelsOf(policy, role) },
      annotations: {
        ...job.pod?.annotations,
        ...overlay.annotations,
        'kubectl.kubernetes.io/default-container': CONTAINER,
        [JOB_POD_ANNOTATION]: digest(overlay),
      },
    },
    spec: {
      ...placementOf(job.pod, overlay),
      ...(overlay.imagePullSecrets?.length ? { imagePullSecrets: overlay.imagePullSecrets } : {}),
      ...container(description, settings),
      activeDeadlineSeconds: job.activeDeadlineSeconds + GRACE_SECONDS,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      serviceAccountName: settings.serviceAccount,
      terminationGracePeriodSeconds: TERMINATION_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        ...groupOfClaims(overlay),
        seccompProfile: { type: 'RuntimeDefault' },
      },
    },
  };
}

export const labelsOf = (policy: string, role: Role): Record<string, string> => ({
  'app.kubernetes.io/name': 'case-backup',
  'app.kubernetes.io/component': 'backup-job',
  'app.kubernetes.io/managed-by': 'case-backup-controller',
  [POLICY_LABEL]: policy,
  [ROLE_LABEL]: role,
});

/**
 * With a group, the kubelet hands every file of a claim to it: whoever may write a policy could do that to any claim. So
 * it is the operator's word.
 */
const groupOfClaims = ({ fsGroup }: PodOverlay): object =>
  fsGroup === undefined ? {} : { fsGroup, fsGroupChangePolicy: 'OnRootMismatch' };

/** The one container, and the volumes that it mounts. */
function container({ args, env, mounts, job }: PodDescription, settings: JobSettings): object {
  const additions = operatorAdditions(settings.overlay);
  const mounted = [WORK, ...mounts, ...additions.mounts];
  return {
    containers: [
      {
        name: CONTAINER,
        image: settings.image,
        imagePullPolicy: settings.imagePullPolicy,
        args,
        env: [
          ...additions.env,
          ...env,
          plain('CASE_BACKUP_WORK_DIR', WORK.path),
          plain('CASE_BACKUP_TERMINATION_MESSAGE', TERMINATION_MESSAGE_PATH),
        ],
        ports: [{ name: RUN_PORT.name, containerPort: RUN_PORT.number, protocol: 'TCP' }],
        resources: job.resources ?? DEFAULT_RESOURCES,
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
        terminationMessagePath: TERMINATION_MESSAGE_PATH,
        terminationMessagePolicy: 'File',
        volumeMounts: volumeMountsOf(mounted),
      },
    ],
    volumes: volumesOf(mounted),
  };
}

/** What was taken out of an overlay leaves a trace by it: a CronJob is applied when it lacks something, not when it has more. */
const digest = (overlay: PodOverlay): string =>
  createHash('sha256').update(JSON.stringify(overlay)).digest('hex').slice(0, 16);
