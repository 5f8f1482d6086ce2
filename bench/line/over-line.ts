import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeCertificate } from '../../test/dropbox/tls.ts';
import type { EmulatorAddress } from '../dropbox/emulator-process.ts';
import type { Shape } from './shape.ts';
import type { Sight } from './sight.ts';
import { startLine } from './start-line.ts';

/** What a program meets at the end of a line. */
export interface LineEnd {
  readonly proxyUrl: string;
  /** PEM file of the authority to be trusted. */
  readonly caFile: string;
}

export interface Seen<R> {
  readonly result: R;
  readonly sight: Sight;
  readonly lineCpuSeconds: number;
}

/** Does `work` over a fresh line to an emulator. */
export async function overLine<R>(
  emulator: EmulatorAddress,
  shape: Shape,
  work: (end: LineEnd) => Promise<R>,
): Promise<Seen<R>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'case-backup-line-'));
  try {
    const certificate = await makeCertificate(folder);
    const line = await startLine(Number(new URL(emulator.origin).port), shape, certificate, folder);
    const result = await work({ proxyUrl: line.proxyUrl, caFile: certificate.caFile }).catch(async (error) => {
      await line.end();
      throw error;
    });
    const lineCpuSeconds = line.cpuSeconds();
    return { result, sight: await line.end(), lineCpuSeconds };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Through the line and to nowhere else, for Node and for programs in Go. */
export function lineEnvironment({ proxyUrl, caFile }: LineEnd): Record<string, string> {
  return { HTTPS_PROXY: proxyUrl, NODE_EXTRA_CA_CERTS: caFile, SSL_CERT_FILE: caFile };
}
