import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Emulator } from '../dropbox/emulator.ts';

export type Spec = Readonly<Record<string, unknown>>;

export const dropboxSpec = (change: Spec = {}): Spec => ({
  source: { dropbox: { credentialsSecretRef: { name: 'dropbox' }, root: '/CASES' } },
  destination: { dropbox: { folder: '/BACKUPS' } },
  ...change,
});

export const directorySpec = (source: string, destination: string, change: Spec = {}): Spec => ({
  source: { directory: { path: source } },
  destination: { directory: { path: destination } },
  ...change,
});

/** Writes a policy into `folder` (JSON is YAML) and returns its path. */
export function policyFile(folder: string, spec: Spec, name = 'policy.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(policyOf(spec)));
  return path;
}

export function policyOf(spec: Spec): object {
  return { apiVersion: 'casebackup.io/v1alpha1', kind: 'CaseBackupPolicy', metadata: { name: 'nightly' }, spec };
}

/** What the job needs of the environment to reach the emulator. */
export const dropboxEnv = ({ origin, credentials }: Emulator): Record<string, string> => ({
  CASE_BACKUP_DROPBOX_ORIGIN: origin,
  DROPBOX_APP_KEY: credentials.appKey,
  DROPBOX_APP_SECRET: credentials.appSecret,
  DROPBOX_REFRESH_TOKEN: credentials.refreshToken,
});
