import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConnectProxy } from '../../test/dropbox/connect-proxy.ts';
import { makeCertificate } from '../../test/dropbox/tls.ts';
import { openScene, type Scene } from '../../test/night/scene.ts';
import { NODE_ADDRESS } from '../cluster/places.ts';

/** A Dropbox that outlives clusters, in this process, with a clock of its own and nights of long ago. */
export interface OutsideDropbox extends AsyncDisposable {
  readonly scene: Scene;
  /** For HTTPS_PROXY, from any pod. */
  readonly proxy: string;
  /** PEM of the authority whose certificate it shows. */
  readonly authority: string;
}

const ANYWHERE = '0.0.0.0';

export async function openOutsideDropbox(start: Date, cases: number): Promise<OutsideDropbox> {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-e2e-tls-'));
  const { caFile, key, cert } = await makeCertificate(folder);
  const authority = readFileSync(caFile, 'utf8');
  rmSync(folder, { recursive: true });
  const scene = await openScene({ start, cases, emulator: { host: ANYWHERE, tls: { key, cert } } });
  const proxy = await startConnectProxy(scene.emulator.tlsPort ?? 0, 0, ANYWHERE);
  return {
    scene,
    proxy: `http://${NODE_ADDRESS}:${new URL(proxy.url).port}`,
    authority,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await scene[Symbol.asyncDispose]();
    },
  };
}

/** The ZIPs, each with what would change if somebody touched it. */
export const backupsIn = ({ emulator: { tree } }: Scene): Map<string, string> =>
  new Map(
    tree
      .files('/BACKUPS')
      .filter((path) => /^\/BACKUPS\/[^/]+\.zip$/.test(path))
      .map((path) => {
        const { rev, size, contentHash } = tree.stat(path);
        return [path, `${rev} ${size} ${contentHash}`];
      }),
  );

/** The one copy of the policy beside the backups. */
export async function keptPolicy({ emulator: { tree } }: Scene): Promise<string> {
  const [path, ...more] = tree.files('/BACKUPS/.case-backup').filter((file) => /\/policy-nightly@/.test(file));
  assert.ok(path && more.length === 0, `${path} ${more}`);
  return (await tree.read(path)).toString('utf8');
}
