import type { PodOverlay } from '../../src/api/pod/overlay.ts';
import { WHOLE_POD } from './pod-policies.ts';

/** Every field of the file that an operator gives after `--job-pod`. */
export const WHOLE_OVERLAY: PodOverlay = {
  env: { HTTPS_PROXY: 'http://proxy.example:3128', no_proxy: '10.0.0.0/8,.svc', TZ: 'Europe/Berlin' },
  caBundle: { configMap: 'office-ca', key: 'bundle.pem' },
  imagePullSecrets: [{ name: 'registry' }],
  fsGroup: 10001,
  ...(WHOLE_POD as object),
  labels: { team: 'operations', tier: 'night' },
  nodeSelector: { pool: 'nights' },
};
