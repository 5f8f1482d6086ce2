import { INSTALLATION_ANNOTATION, RUN_PORT } from '../../api/kubernetes-names.ts';
import { GROUP, KIND, VERSION } from '../../api/policy.ts';
import type { PodDescription } from '../pod-template.ts';
import { fromLabel, fromSecret, plain, type Variable } from '../pod-variables.ts';
import { claims, dropboxSecrets } from '../store-access.ts';
import { JOB_UID_LABEL, type PolicyObject } from '../workloads.ts';

/** The pod of a night: `backup-job run`, with the policy as JSON. */
export const backupPod = (policy: PolicyObject, installation: string | undefined): PodDescription => ({
  policy: policy.metadata.name,
  role: 'backup',
  args: ['run', '--listen', String(RUN_PORT.number)],
  env: environment(policy, installation),
  mounts: claims(policy.spec),
  job: policy.spec.job,
});

function environment({ spec, metadata }: PolicyObject, installation: string | undefined): Variable[] {
  const policy = {
    apiVersion: `${GROUP}/${VERSION}`,
    kind: KIND,
    // With what tells it from the policy of that name in another cluster, whose backups may lie in the same folder.
    metadata: {
      name: metadata.name,
      namespace: metadata.namespace,
      uid: metadata.uid,
      ...(installation !== undefined && { annotations: { [INSTALLATION_ANNOTATION]: installation } }),
    },
    spec,
  };
  return [
    plain('CASE_BACKUP_POLICY', JSON.stringify(policy)),
    // The slot: a retry of the same Job continues what its predecessor began. Its name comes again, in another cluster
    // or namespace, or after it was deleted; its UID does not.
    fromLabel('CASE_BACKUP_SLOT', JOB_UID_LABEL),
    ...dropboxSecrets(spec),
    ...logSecret(spec),
  ];
}

/** Optional: a log that can't be written never stops a backup; the run says so in a warning. */
function logSecret({ logStore }: PolicyObject['spec']): Variable[] {
  if (!logStore) return [];
  const { name, key } = logStore.postgres.secretRef;
  return [fromSecret('DATABASE_URL', name, key, 'optional')];
}
