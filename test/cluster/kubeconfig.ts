import { writeFileSync } from 'node:fs';

export type Credentials =
  | { readonly token: string }
  /** Files. */
  | { readonly certificate: string; readonly key: string };

export interface KubeconfigContent {
  readonly server: string;
  readonly caFile: string;
  readonly credentials: Credentials;
  /** What `kubectl` without -n and a client's default namespace mean. */
  readonly namespace?: string;
}

/** Writes a kubeconfig (JSON, which is YAML too) that only its owner may read. */
export function writeKubeconfig(file: string, content: KubeconfigContent): string {
  const { credentials } = content;
  const user =
    'token' in credentials
      ? { token: credentials.token }
      : { 'client-certificate': credentials.certificate, 'client-key': credentials.key };
  const context = { cluster: 'test', user: 'test', ...(content.namespace ? { namespace: content.namespace } : {}) };
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: content.server, 'certificate-authority': content.caFile } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context }],
    'current-context': 'test',
  };
  writeFileSync(file, `${JSON.stringify(kubeconfig, null, 2)}\n`, { mode: 0o600 });
  return file;
}
