import type { PodOverlay } from '../api/pod/overlay.ts';
import type { Mount } from './pod-mounts.ts';
import { plain, type Variable } from './pod-variables.ts';

/** Below /etc, which no policy may mount over. */
const CA_FOLDER = '/etc/case-backup/ca';
const CA_FILE = 'ca.crt';

/** What the cluster's operator gives to a job's container: plain variables, and authorities to trust. */
export function operatorAdditions({ env = {}, caBundle }: PodOverlay): {
  readonly env: readonly Variable[];
  readonly mounts: readonly Mount[];
} {
  const variables = Object.entries(env).map(([name, value]) => plain(name, value));
  if (!caBundle) return { env: variables, mounts: [] };
  const items = [{ key: caBundle.key, path: CA_FILE }];
  return {
    env: [...variables, plain('NODE_EXTRA_CA_CERTS', `${CA_FOLDER}/${CA_FILE}`)],
    mounts: [
      // Not optional: Node only warns of a missing file, and every connection would fail for no reason to be seen.
      {
        name: 'ca-bundle',
        path: CA_FOLDER,
        readOnly: true,
        volume: { configMap: { name: caBundle.configMap, items } },
      },
    ],
  };
}
