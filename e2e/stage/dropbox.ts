import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { makeCertificate } from '../../test/dropbox/tls.ts';
import { FAKE_SECRETS } from '../../test/support/fake-secrets.ts';
import { DROPBOX_IMAGE } from '../images/images.ts';
import type { Order } from '../images/orders.ts';
import { addressOf, applyAll, OFFICE, RESTRICTED, serviceFor } from './office-objects.ts';

/** The Dropbox of the tests in a pod, and a way to look at what is in it, past the product. */
export interface Dropbox {
  /** For HTTPS_PROXY, from any pod. */
  readonly proxy: string;
  /** Without TLS, for programs of this machine. */
  readonly origin: string;
  /** PEM of the authority whose certificate it shows. */
  readonly authority: string;
  /** What a Secret of the product has to hold. */
  readonly secret: Readonly<Record<string, string>>;
  download(path: string): Promise<Buffer>;
  /** Names directly in a folder. */
  list(folder: string): Promise<string[]>;
  /** Over what may be there already. */
  upload(path: string, bytes: string | Uint8Array<ArrayBuffer>): Promise<void>;
  /** A file, or a folder with all that is in it. */
  remove(path: string): Promise<void>;
  /** Makes the service itself another one. */
  order(order: Order): Promise<void>;
}

const PLAIN_PORT = 8080;
const ORDERS_PORT = 8081;

export async function startDropbox(plane: ControlPlane): Promise<Dropbox> {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-e2e-tls-'));
  const { caFile, key, cert } = await makeCertificate(folder);
  const authority = readFileSync(caFile, 'utf8');
  rmSync(folder, { recursive: true });
  await applyAll(plane, [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'dropbox-tls', namespace: OFFICE },
      stringData: { 'tls.key': key, 'tls.crt': cert },
    },
    serviceFor('dropbox', [3128, PLAIN_PORT]),
    pod(),
  ]);
  const address = await addressOf(plane, 'dropbox');
  const secret = {
    DROPBOX_APP_KEY: FAKE_SECRETS.appKey,
    DROPBOX_APP_SECRET: FAKE_SECRETS.appSecret,
    DROPBOX_REFRESH_TOKEN: FAKE_SECRETS.refreshToken,
  };
  const origin = `http://${address}:${PLAIN_PORT}`;
  const call = callerOf(origin);
  return {
    proxy: `http://dropbox.${OFFICE}.svc.cluster.local:3128`,
    origin,
    authority,
    secret,
    async download(path) {
      const response = await call('files/download', { 'dropbox-api-arg': JSON.stringify({ path }) });
      return Buffer.from(await response.arrayBuffer());
    },
    async list(path) {
      const response = await call(
        'files/list_folder',
        { 'content-type': 'application/json' },
        JSON.stringify({ path, recursive: false }),
      );
      const { entries } = (await response.json()) as { entries: { name: string }[] };
      return entries.map(({ name }) => name);
    },
    async upload(path, bytes) {
      const argument = JSON.stringify({ path, mode: 'overwrite', mute: true });
      const headers = { 'content-type': 'application/octet-stream', 'dropbox-api-arg': argument };
      await (await call('files/upload', headers, bytes)).arrayBuffer();
    },
    async remove(path) {
      const headers = { 'content-type': 'application/json' };
      await (await call('files/delete_v2', headers, JSON.stringify({ path }))).arrayBuffer();
    },
    async order(order) {
      const response = await fetch(`http://${address}:${ORDERS_PORT}/`, {
        method: 'POST',
        body: JSON.stringify(order),
      });
      if (!response.ok) throw new Error(`the emulator took no order: ${response.status}`);
    },
  };
}

/** With an access token of its own at each call: it is the way that every client goes, and costs nothing here. */
const callerOf =
  (origin: string) =>
  async (
    route: string,
    headers: Record<string, string>,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<Response> => {
    const token = await fetch(`${origin}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: FAKE_SECRETS.refreshToken,
        client_id: FAKE_SECRETS.appKey,
        client_secret: FAKE_SECRETS.appSecret,
      }),
    });
    const { access_token } = (await token.json()) as { access_token: string };
    const response = await fetch(`${origin}/2/${route}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access_token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return response;
  };

const pod = (): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'dropbox', namespace: OFFICE, labels: { app: 'dropbox' } },
  spec: {
    ...RESTRICTED.pod(10001),
    containers: [
      {
        name: 'dropbox',
        image: DROPBOX_IMAGE,
        imagePullPolicy: 'Never',
        readinessProbe: { tcpSocket: { port: 3128 }, periodSeconds: 1 },
        // A pod that asks for nothing gets what all others leave, and on a full node they all wait for this one.
        resources: { requests: { cpu: '500m' } },
        securityContext: RESTRICTED.container,
        volumeMounts: [
          { name: 'tls', mountPath: '/tls', readOnly: true },
          { name: 'data', mountPath: '/data' },
        ],
      },
    ],
    volumes: [
      { name: 'tls', secret: { secretName: 'dropbox-tls' } },
      { name: 'data', emptyDir: {} },
    ],
  },
});
