import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { KubeError } from '../kube-error.ts';
import type { Access } from './kubeconfig.ts';

/** What a connection is made with; two equal ones can share a pool. PEM texts. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

export interface Credentials {
  /** The authorization header's value; never logged. */
  readonly authorization: string | undefined;
  readonly tls: TlsMaterial;
}

export interface CredentialSource {
  /** The credentials of this moment; throws KubeError NoCredentials. */
  read(): Promise<Credentials>;
  /** The server did not accept them: what a plugin's answer promised to be valid for longer is asked for again. */
  refused(): void;
}

/**
 * Files are read for every call: a token in a pod lives for an hour and its file is replaced before that, and a cache
 * of it (client-node's holds for a minute) would only add a time in which both may be wrong. The read costs less than
 * a tenth of a millisecond; the controller makes about one call a second.
 */
export function credentialSource({ cluster, user }: Access): CredentialSource {
  let plugin = new ExecAuth();
  let oidc: { applyAuthentication(user: Access['user'], options: RequestOptions): Promise<void> } | undefined;

  async function pluginOptions(): Promise<RequestOptions> {
    const options: RequestOptions = { headers: {} };
    if (plugin.isAuthProvider(user)) await plugin.applyAuthentication(user, options);
    else if (user.authProvider) {
      // Loaded only where it is used: it brings the whole of client-node with it.
      oidc ??= new (await import('@kubernetes/client-node/dist/oidc_auth.js')).OpenIDConnectAuth();
      await oidc.applyAuthentication(user, options);
    }
    return options;
  }

  return {
    async read() {
      try {
        const [options, token, ca, cert, key] = await Promise.all([
          user.exec || user.authProvider ? pluginOptions() : undefined,
          user.tokenFile ? readFile(user.tokenFile, 'utf8') : user.token,
          pem(cluster.caData, cluster.caFile),
          pem(user.certData, user.certFile),
          pem(user.keyData, user.keyFile),
        ]);
        const certificate = text(options?.cert) ?? cert;
        const privateKey = text(options?.key) ?? key;
        return {
          authorization: authorization(options, token, user),
          tls: {
            ...(ca ? { ca } : {}),
            ...(certificate ? { cert: certificate } : {}),
            ...(privateKey ? { key: privateKey } : {}),
            ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
            rejectUnauthorized: !cluster.skipTLSVerify,
          },
        };
      } catch (error) {
        // The cause stays inside: a plugin's error is all that it wrote to stderr.
        throw new KubeError('NoCredentials', `no credentials for ${cluster.server}: ${source(user)} can't be read`, {
          cause: error,
        });
      }
    },
    refused() {
      plugin = new ExecAuth();
    },
  };
}

function authorization(options: RequestOptions | undefined, token: string | undefined, user: Access['user']) {
  const header = (options?.headers as Record<string, string> | undefined)?.['Authorization'];
  if (header) return header;
  if (token) return `Bearer ${token.trim()}`;
  if (!user.username) return undefined;
  return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`;
}

async function pem(data: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString();
  return file ? await readFile(file, 'utf8') : undefined;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function source(user: Access['user']): string {
  if (user.exec) return `what the plugin ${String(user.exec.command)} says`;
  if (user.tokenFile) return user.tokenFile;
  return 'a file that the kubeconfig names';
}
