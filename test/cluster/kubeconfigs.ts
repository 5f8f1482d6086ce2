import { join } from 'node:path';
import { type ApiClient, ApiError } from './api-client.ts';
import { type Credentials, writeKubeconfig } from './kubeconfig.ts';
import { until } from './until.ts';

export interface ServiceAccountOptions {
  /** Another address of the same API: a fault proxy's. */
  readonly server?: string;
  /** 600 is the least that the server grants. */
  readonly tokenSeconds?: number;
}

/** A rule of a Role. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Files that say who one is. */
export interface Kubeconfigs {
  admin(): string;
  /** By the certificate `<name>.crt` of `kubernetes certs`. */
  byCertificate(name: string): string;
  /** As that service account, which is made where it is missing; its default namespace is its own. */
  serviceAccount(namespace: string, name: string, options?: ServiceAccountOptions): Promise<string>;
  /** A token of that service account, as a TokenRequest gives it. */
  token(namespace: string, name: string, seconds?: number): Promise<string>;
  /** Lets that service account do something in its namespace: a Role and a RoleBinding of a name of their own. */
  allow(namespace: string, name: string, rules: readonly PolicyRule[]): Promise<void>;
  /** A fresh namespace in which Jobs can make pods at once. */
  ownNamespace(prefix?: string): Promise<string>;
}

interface Home {
  readonly folder: string;
  readonly certificates: string;
  readonly url: string;
}

export function makeKubeconfigs(api: ApiClient, home: Home): Kubeconfigs {
  let count = 0;
  const caFile = join(home.certificates, 'ca.crt');
  // Written once: a kubectl that runs meanwhile would read half a file.
  const written = new Map<string, string>();
  const byCertificate = (name: string): string => {
    const before = written.get(name);
    if (before !== undefined) return before;
    const file = (kind: string): string => join(home.certificates, `${name}.${kind}`);
    const credentials: Credentials = { certificate: file('crt'), key: file('key') };
    const path = join(home.folder, `${name}.kubeconfig`);
    written.set(name, writeKubeconfig(path, { server: home.url, caFile, credentials }));
    return path;
  };

  const kubeconfigs: Kubeconfigs = {
    admin: () => byCertificate('admin'),
    byCertificate,
    async token(namespace, name, seconds = 3600) {
      const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
      await orExisting(api.create(accounts, { metadata: { name } }));
      const { status } = await api.create<{ status: { token: string } }>(`${accounts}/${name}/token`, {
        spec: { expirationSeconds: seconds },
      });
      return status.token;
    },
    async serviceAccount(namespace, name, { server = home.url, tokenSeconds } = {}) {
      const token = await kubeconfigs.token(namespace, name, tokenSeconds);
      const file = join(home.folder, `${namespace}.${name}.${++count}.kubeconfig`);
      return writeKubeconfig(file, { server, caFile, credentials: { token }, namespace });
    },
    async allow(namespace, name, rules) {
      const group = 'rbac.authorization.k8s.io';
      const rbac = `/apis/${group}/v1/namespaces/${namespace}`;
      const { metadata } = await api.create(`${rbac}/roles`, { metadata: { generateName: `${name}-` }, rules });
      await api.create(`${rbac}/rolebindings`, {
        metadata: { name: metadata.name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
        roleRef: { apiGroup: group, kind: 'Role', name: metadata.name },
      });
    },
    async ownNamespace(prefix = 'test') {
      const { metadata } = await api.create('/api/v1/namespaces', { metadata: { generateName: `${prefix}-` } });
      // Without a controller manager nobody makes it; with one it takes a moment, in which a pod would be refused.
      const accounts = `/api/v1/namespaces/${metadata.name}/serviceaccounts`;
      await orExisting(api.create(accounts, { metadata: { name: 'default' } }));
      await until(`the service account of ${metadata.name}`, () => api.find(`${accounts}/default`));
      return metadata.name;
    },
  };
  return kubeconfigs;
}

async function orExisting(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
  }
}
