import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestCertificate } from '../../test/dropbox/tls.ts';
import { cpuSecondsOf } from '../usage.ts';
import { lineBinary } from './line-binary.ts';
import type { Shape } from './shape.ts';
import type { Sight } from './sight.ts';

export interface Line {
  /** What goes into HTTPS_PROXY. */
  readonly proxyUrl: string;
  /** What it has cost so far. */
  cpuSeconds(): number;
  /** Ends it and says what it saw, as often as it is asked. */
  end(): Promise<Sight>;
}

/** In the head of each answer that brings a file below /CASES. */
const CONTENT_TEXT = '"/cases/';

/** A line to the plain port of an emulator; `folder` gets the files of the certificate that the line shows. */
export async function startLine(
  targetPort: number,
  shape: Shape,
  certificate: TestCertificate,
  folder: string,
): Promise<Line> {
  const [cert, key] = [path.join(folder, 'line.pem'), path.join(folder, 'line.key')];
  await Promise.all([writeFile(cert, certificate.cert), writeFile(key, certificate.key)]);
  const args = {
    target: `127.0.0.1:${targetPort}`,
    cert,
    key,
    content: CONTENT_TEXT,
    rtt: `${shape.roundTripMs}ms`,
    thinking: `${shape.thinkingMs}ms`,
    rate: (shape.megabitsPerSecond * 1e6) / 8,
    'connection-rate': (shape.connectionMegabitsPerSecond * 1e6) / 8,
    idle: `${shape.idleMs}ms`,
  };
  const child = spawn(
    await lineBinary(),
    Object.entries(args).map(([name, value]) => `-${name}=${value}`),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'close');
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await said.next();
    if (line.done) throw new Error(`the line ended with ${(await ended).join(' ')}`);
    return JSON.parse(line.value);
  };
  let sight: Promise<Sight> | undefined;
  const { port } = (await next()) as { port: number };
  return {
    proxyUrl: `http://127.0.0.1:${port}`,
    cpuSeconds: () => cpuSecondsOf(child.pid ?? 0),
    async end() {
      child.stdin.end();
      sight ??= next() as Promise<Sight>;
      await ended;
      return await sight;
    },
  };
}
