import { POLICY_LABEL, ROLE_LABEL, type Role, RUN_PORT } from '../api/kubernetes-names.ts';
import { GROUP, KIND, type PolicySpec, VERSION } from '../api/policy.ts';
import type { PolicyObject } from './workloads.ts';

/** What the controller's operator decides about the jobs' pods. */
export interface JobSettings {
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly imagePullSecrets: readonly string[];
  /** Service account of the pods; its token is never mounted. */
  readonly serviceAccount: string;
}

export const CONTAINER = 'backup-job';

/** The pod's own deadline comes after the run's, so that a run ends by itself, with a report. */
const GRACE_SECONDS = 120;
/** SIGTERM to SIGKILL: the job closes its upload, record and lease within 30 s of it. */
const TERMINATION_SECONDS = 60;

const DEFAULT_RESOURCES = { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } };

/** The Job's pod: restricted pod security, no API token, secrets by reference, the policy as JSON. */
export function podTemplate(policy: PolicyObject, settings: JobSettings): object {
  const { spec, metadata } = policy;
  const volumes = volumesOf(spec);
  return {
    metadata: {
      labels: labelsOf(metadata.name, 'backup'),
      annotations: { 'kubectl.kubernetes.io/default-container': CONTAINER },
    },
    spec: {
      activeDeadlineSeconds: spec.job.activeDeadlineSeconds + GRACE_SECONDS,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      serviceAccountName: settings.serviceAccount,
      terminationGracePeriodSeconds: TERMINATION_SECONDS,
      ...(settings.imagePullSecrets.length > 0
        ? { imagePullSecrets: settings.imagePullSecrets.map((name) => ({ name })) }
        : {}),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: CONTAINER,
          image: settings.image,
          imagePullPolicy: settings.imagePullPolicy,
          args: ['run', '--listen', String(RUN_PORT.number)],
          env: environment(policy),
          ports: [{ name: RUN_PORT.name, containerPort: RUN_PORT.number, protocol: 'TCP' }],
          resources: spec.job.resources ?? DEFAULT_RESOURCES,
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
          terminationMessagePath: TERMINATION_MESSAGE_PATH,
          terminationMessagePolicy: 'File',
          volumeMounts: [{ name: 'work', mountPath: WORK_FOLDER }, ...volumes.map(({ mount }) => mount)],
        },
      ],
      volumes: [{ name: 'work', emptyDir: {} }, ...volumes.map(({ volume }) => volume)],
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

const TERMINATION_MESSAGE_PATH = '/dev/termination-log';
const WORK_FOLDER = '/work';

function environment({ spec, metadata }: PolicyObject): object[] {
  const policy = {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: KIND,
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec,
  };
  return [
    { name: 'CASE_BACKUP_POLICY', value: JSON.stringify(policy) },
    // The slot: a retry of the same Job continues what its predecessor began.
    {
      name: 'CASE_BACKUP_SLOT',
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } },
    },
    { name: 'CASE_BACKUP_WORK_DIR', value: WORK_FOLDER },
    { name: 'CASE_BACKUP_TERMINATION_MESSAGE', value: TERMINATION_MESSAGE_PATH },
    ...dropboxSecrets(spec),
    ...(spec.logStore
      ? // Optional: a log that can't be written never stops a backup; the run says so in a warning.
        [fromSecret('DATABASE_URL', spec.logStore.postgres.secretRef.name, spec.logStore.postgres.secretRef.key, true)]
      : []),
  ];
}

/** The app key is in every kind of credentials, so its absence holds the pod with an event that names the Secret. */
function dropboxSecrets(spec: PolicySpec): object[] {
  const name = credentialsSecret(spec);
  if (name === undefined) return [];
  return [
    fromSecret('DROPBOX_APP_KEY', name, 'DROPBOX_APP_KEY', false),
    ...['DROPBOX_APP_SECRET', 'DROPBOX_REFRESH_TOKEN', 'DROPBOX_ACCESS_TOKEN'].map((key) =>
      fromSecret(key, name, key, true),
    ),
  ];
}

/** The Secret that the job's Dropbox credentials come from; undefined between two folders. */
export const credentialsSecret = (spec: PolicySpec): string | undefined =>
  (spec.source.dropbox?.credentialsSecretRef ?? spec.destination.dropbox?.credentialsSecretRef)?.name;

const fromSecret = (name: string, secret: string, key: string, optional: boolean): object => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key, ...(optional ? { optional } : {}) } },
});

/** Mounted claims; the source is mounted read-only, since a backup has no business changing it. */
function volumesOf({ source, destination }: PolicySpec): { volume: object; mount: object }[] {
  return (
    [
      ['source', source.directory, true],
      ['destination', destination.directory, false],
    ] as const
  ).flatMap(([name, directory, readOnly]) =>
    directory?.claimName === undefined
      ? []
      : [
          {
            volume: {
              name,
              persistentVolumeClaim: { claimName: directory.claimName, ...(readOnly ? { readOnly } : {}) },
            },
            mount: { name, mountPath: directory.path, ...(readOnly ? { readOnly } : {}) },
          },
        ],
  );
}
