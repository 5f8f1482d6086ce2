import { GROUP, KIND, VERSION } from '../../src/api/policy.ts';

/** A policy as somebody would apply it; `spec` is merged over a nightly backup from Dropbox to Dropbox. */
export const aPolicy = (name = 'nightly', spec: object = {}) => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind: KIND,
  metadata: { name },
  spec: {
    source: { dropbox: { credentialsSecretRef: { name: 'dropbox' }, root: '/CASES' } },
    destination: { dropbox: { folder: '/BACKUPS' } },
    ...spec,
  },
});
