import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ConnectProxy, startConnectProxy } from './connect-proxy.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';
import { makeCertificate } from './tls.ts';

/** An emulator that programs with Dropbox's host names built in can reach. */
export interface TlsEmulator {
  readonly emulator: Emulator;
  readonly proxy: ConnectProxy;
  readonly caFile: string;
  readonly certificate: { readonly key: string; readonly cert: string };
  close(): Promise<void>;
}

export async function startTlsEmulator(options: EmulatorOptions = {}): Promise<TlsEmulator> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dropbox-emulator-tls-'));
  const { caFile, key, cert } = await makeCertificate(folder);
  const emulator = await startEmulator({ ...options, tls: { key, cert } });
  const proxy = await startConnectProxy(emulator.tlsPort ?? 0);
  return {
    emulator,
    proxy,
    caFile,
    certificate: { key, cert },
    async close() {
      await proxy.close();
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
