import type { PolicySpec } from '../api/policy.ts';
import type { Mount } from './pod-mounts.ts';
import { fromSecret, type Variable } from './pod-variables.ts';

/** What a pod needs to reach the two ends of a policy: the credentials of Dropbox, and claims. */

/** The Secret that the job's Dropbox credentials come from; undefined between two folders. */
export const credentialsSecret = (spec: PolicySpec): string | undefined =>
  (spec.source.dropbox?.credentialsSecretRef ?? spec.destination.dropbox?.credentialsSecretRef)?.name;

/** The app key is in every kind of credentials, so its absence holds the pod. */
export function dropboxSecrets(spec: PolicySpec): Variable[] {
  const name = credentialsSecret(spec);
  if (name === undefined) return [];
  return [
    fromSecret('DROPBOX_APP_KEY', name, 'DROPBOX_APP_KEY', 'required'),
    ...['DROPBOX_APP_SECRET', 'DROPBOX_REFRESH_TOKEN', 'DROPBOX_ACCESS_TOKEN'].map((key) =>
      fromSecret(key, name, key, 'optional'),
    ),
  ];
}

/** Mounted claims; the source is mounted read-only, since a backup has no business changing it. */
export function claims({ source, destination }: PolicySpec): Mount[] {
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
            name,
            path: directory.path,
            readOnly,
            volume: {
              persistentVolumeClaim: { claimName: directory.claimName, ...(readOnly ? { readOnly } : {}) },
            },
          },
        ],
  );
}
