import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** An image as a node has it after a pull. */
export interface Unpacked extends Disposable {
  readonly root: string;
  readonly layers: readonly Layer[];
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
}

export interface Layer {
  readonly bytes: number;
  /** As a registry keeps it. */
  readonly gzippedBytes: number;
}

interface Config {
  readonly config: { readonly Env: readonly string[]; readonly Entrypoint: readonly string[] };
}

/** Needs root: files keep their owners. */
export async function unpack(archive: string): Promise<Unpacked> {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-bench-image-'));
  const root = join(folder, 'root');
  execFileSync('mkdir', [root]);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  const [manifest] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as [
    { readonly Config: string; readonly Layers: readonly string[] },
  ];
  const { config } = JSON.parse(readFileSync(join(folder, manifest.Config), 'utf8')) as Config;
  const layers: Layer[] = [];
  for (const name of manifest.Layers) {
    const file = join(folder, name);
    execFileSync('tar', ['-xpf', file, '-C', root]);
    layers.push({ bytes: statSync(file).size, gzippedBytes: await gzippedBytes(file) });
  }
  const pairs = config.Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return {
    root,
    layers,
    env: Object.fromEntries(pairs),
    entrypoint: config.Entrypoint,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

async function gzippedBytes(file: string): Promise<number> {
  let bytes = 0;
  const count = new Writable({
    write(chunk: Buffer, _, done) {
      bytes += chunk.length;
      done();
    },
  });
  await pipeline(createReadStream(file), createGzip(), count);
  return bytes;
}
