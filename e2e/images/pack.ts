import { createHash } from 'node:crypto';
import { cpSync, createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { command } from '../cluster/command.ts';

export interface ImageContents {
  /** Its name in the cluster, with a registry that there is not, so that nobody goes looking for it. */
  readonly reference: string;
  /** Folder that becomes the root. */
  readonly root: string;
  readonly entrypoint: readonly string[];
  /** uid:gid */
  readonly user: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDir?: string;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
/** Everything belongs to root and is as old as everything else: one root is one image. */
export const TAR = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];

/** An image of one layer as a docker-archive: no builder, no registry. */
export async function packImage(contents: ImageContents, archive: string, work: string): Promise<void> {
  const { reference, root, entrypoint, user, env = {}, workingDir = '/' } = contents;
  const folder = join(work, 'archive');
  mkdirSync(folder);
  const layer = join(folder, 'layer.tar');
  await command('tar', ...TAR, '-C', root, '-cf', layer, '.');
  const config = {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    config: {
      Entrypoint: entrypoint,
      User: user,
      WorkingDir: workingDir,
      Env: Object.entries({ PATH: '/usr/bin:/bin', ...env }).map(([name, value]) => `${name}=${value}`),
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${await sha256(layer)}`] },
    history: [{}],
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await command('tar', ...TAR, '-C', folder, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar');
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Copies files and folders of this machine to the same place in `root`; links become what they lead to. */
export function takeAlong(root: string, ...paths: readonly string[]): void {
  for (const path of paths) put(root, path, path);
}

export function put(root: string, from: string, to: string): void {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  // Some packages have links that lead nowhere.
  cpSync(from, target, { recursive: true, dereference: true, filter: (path) => existsSync(path) });
}

/** What programs and loadable modules need besides themselves. */
export async function librariesOf(...files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(files.map((file) => command('ldd', file)));
  return [
    ...new Set(found.flatMap((text) => [...text.matchAll(/(?:=> |^\s*)(\/\S+) \(/gm)].map(([, path = '']) => path))),
  ];
}
