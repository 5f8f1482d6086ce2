import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import {
  type Cluster,
  type Context,
  newClusters,
  newContexts,
  newUsers,
  type User,
} from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';
import { Failure } from '../../host/errors.ts';
import { isLoopback } from '../../host/loopback.ts';
import { registerSecret } from '../../host/secrets.ts';

/**
 * The API server's address and who we are to it. The deep imports of client-node, here and in credentials.ts, are its
 * readers of kubeconfig entries and its credential plugins: 47 MiB of resident memory, where its `KubeConfig` loads
 * the models of the whole API and takes 122 MiB (measured, 2.0.1 on Node 24).
 */
export interface Access {
  readonly cluster: Cluster;
  /** Files in it are read again for each call, so that a rotated token or certificate needs no restart. */
  readonly user: User & { readonly tokenFile?: string | undefined };
  readonly namespace: string | undefined;
}

const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** As controller-runtime looks: the path given, KUBECONFIG, the pod's service account, ~/.kube/config. */
export function findAccess(kubeconfig: string | undefined, env: NodeJS.ProcessEnv = process.env): Access {
  const paths = kubeconfig ? [kubeconfig] : (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (paths.length > 0) return fromFiles(paths);
  if (env['KUBERNETES_SERVICE_HOST']) return fromServiceAccount(env, ACCOUNT_FOLDER);
  const home = join(homedir(), '.kube', 'config');
  if (existsSync(home)) return fromFiles([home]);
  throw new Failure('NoCluster', 'no Kubernetes cluster is configured', {
    hint: 'pass --kubeconfig FILE, set KUBECONFIG, or run in a pod with a service account',
  });
}

export function fromServiceAccount(env: NodeJS.ProcessEnv, folder: string): Access {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? '';
  const namespaceFile = join(folder, 'namespace');
  return {
    cluster: {
      name: 'in-cluster',
      server: `https://${isIPv6(host) ? `[${host}]` : host}:${env['KUBERNETES_SERVICE_PORT'] ?? '443'}`,
      caFile: join(folder, 'ca.crt'),
      skipTLSVerify: false,
    },
    user: { name: 'in-cluster', tokenFile: join(folder, 'token') },
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : undefined,
  };
}

/** Several files are one, as in kubectl: the first entry of a name counts, and the first current-context. */
function fromFiles(paths: readonly string[]): Access {
  const files = paths.map(readFile);
  const where = paths.join(delimiter);
  const chosen = files.find((file) => file.current !== '')?.current ?? '';
  const context = entry(
    files.flatMap((file) => file.contexts),
    chosen,
    'context',
    where,
  );
  const cluster = entry(
    files.flatMap((file) => file.clusters),
    context.cluster,
    'cluster',
    where,
  );
  const user = entry(
    files.flatMap((file) => file.users),
    context.user,
    'user',
    where,
  );
  for (const secret of [user.token, user.password, user.keyData]) if (secret) registerSecret(secret);
  refuseUnsupported(cluster, user, where);
  return { cluster, user, namespace: context.namespace };
}

interface ConfigFile {
  readonly clusters: readonly Cluster[];
  readonly users: readonly Access['user'][];
  readonly contexts: readonly Context[];
  readonly current: string;
}

function readFile(path: string): ConfigFile {
  try {
    const raw: unknown = parse(readFileSync(path, 'utf8'));
    const fields = (raw ?? {}) as Record<string, unknown>;
    const absolute = (file: string | undefined): string | undefined => file && resolve(dirname(path), file);
    return {
      clusters: newClusters(fields['clusters']).map((cluster) => ({ ...cluster, ...files(cluster, ['caFile']) })),
      users: newUsers(fields['users']).map((user, index) => ({
        ...user,
        ...files(user, ['certFile', 'keyFile']),
        // client-node reads it from `token-file`, a name that no kubeconfig has (client-go: `tokenFile`).
        tokenFile: absolute(tokenFileOf(fields['users'], index)),
      })),
      contexts: newContexts(fields['contexts']),
      current: typeof fields['current-context'] === 'string' ? fields['current-context'] : '',
    };
    function files<K extends string>(of: Partial<Record<K, string>>, names: readonly K[]): Partial<Record<K, string>> {
      const present = names.filter((name) => of[name]);
      return Object.fromEntries(present.map((name) => [name, absolute(of[name])])) as Partial<Record<K, string>>;
    }
  } catch (error) {
    throw new Failure('KubeconfigInvalid', `can't read the kubeconfig ${path}`, { cause: error });
  }
}

function tokenFileOf(users: unknown, index: number): string | undefined {
  const list = users as readonly { readonly user?: { readonly tokenFile?: string } }[];
  return list[index]?.user?.tokenFile;
}

function entry<T extends { readonly name: string }>(all: readonly T[], name: string, kind: string, where: string): T {
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw new Failure('KubeconfigInvalid', `the kubeconfig ${where} has no ${kind} "${name}"`, {
    hint: 'choose a context: kubectl config use-context NAME',
  });
}

/** What would otherwise be left out in silence: acting as somebody else, or in the clear. */
function refuseUnsupported(cluster: Cluster, user: User, where: string): void {
  const refuse = (what: string): never => {
    throw new Failure('KubeconfigUnsupported', `the kubeconfig ${where} ${what}`, {
      hint: 'use a service account token, a client certificate, an exec plugin or OIDC',
    });
  };
  if (user.impersonateUser) refuse('asks to impersonate a user, which is not supported');
  const provider: unknown = user.authProvider?.name;
  if (provider && provider !== 'oidc') refuse(`uses the auth-provider ${String(provider)}, which Kubernetes removed`);
  if (!URL.canParse(cluster.server)) refuse(`has a server that is no URL, ${cluster.server}`);
  const server = new URL(cluster.server);
  if (server.protocol !== 'https:' && !isLoopback(server)) refuse(`has a server without TLS, ${cluster.server}`);
}
