/** Names and labels that link a policy with what is made for it in the cluster. They are API: alerts and people use them. */

/** On the CronJob, its Jobs (those made by hand too) and their pods; the value is the policy's name. */
export const POLICY_LABEL = 'casebackup.io/policy';

/**
 * On the same objects: what the Job does. Nights are those with `backup`; a Job without the label, or of another role, is
 * never counted as one.
 */
export const ROLE_LABEL = 'casebackup.io/role';
export const ROLES = ['backup', 'restore', 'drill', 'copy'] as const;
export type Role = (typeof ROLES)[number];

/** On the jobs' pods: which version of the operator's additions (controller --job-pod) they were made with. */
export const JOB_POD_ANNOTATION = 'casebackup.io/job-pod';

/** On the CronJobs: which installation of the controller keeps it, as the namespace and name of its Lease. */
export const CONTROLLER_ANNOTATION = 'casebackup.io/controller';

/** In the policy as a job gets it: the UID of the installation's Lease, one of its own in every cluster. */
export const INSTALLATION_ANNOTATION = 'casebackup.io/installation';

/** Owner of the fields that the controller applies. */
export const FIELD_MANAGER = 'case-backup-controller';

/** The commands' `kubectl create job --from` copies the Job template, and with it the label; this annotation tells them apart. */
export const MANUAL_ANNOTATION = 'cronjob.kubernetes.io/instantiate';

/** Roles that a CronJob starts; a restore is somebody's wish, of one day. */
export const CRON_JOB_ROLES = ['backup', 'drill', 'copy'] as const satisfies readonly Role[];
export type CronJobRole = (typeof CRON_JOB_ROLES)[number];

/**
 * At most 52 characters, the limit of a CronJob's name, since a policy's name has at most 40. No role's prefix begins as
 * another's does, so no policy can be called what would make its name that of another policy's CronJob.
 */
export const cronJobName = (role: CronJobRole, policy: string): string => `case-${role}-${policy}`;

/** The port of the job's /run and /metrics, by which the controller finds it in a pod. */
export const RUN_PORT = { name: 'http', number: 8080 } as const;
