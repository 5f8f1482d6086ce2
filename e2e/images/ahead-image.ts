import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { command } from '../cluster/command.ts';
import { cachedImage } from './cached-image.ts';
import { productArchive } from './images.ts';
import { put, sha256, TAR } from './pack.ts';

/** The product's image for a machine whose clock is 40 days ahead: one layer and three variables more. */
export const AHEAD_IMAGE = 'case-backup.test/case-backup:ahead';
export const AHEAD_DAYS = 40;

/** Of Debian's package faketime; a pod that is restricted can't mount it from its node. */
const [LIBRARY = ''] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const PRELOADED = '/ahead/libfaketime.so';
const ENV = [`LD_PRELOAD=${PRELOADED}`, `FAKETIME=+${AHEAD_DAYS}d`, 'FAKETIME_DONT_FAKE_MONOTONIC=1'];

interface Config {
  readonly config: { readonly Env: readonly string[] };
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history: readonly object[];
}

export async function aheadArchive(): Promise<string> {
  const product = await productArchive();
  return await cachedImage({
    name: 'ahead',
    files: [import.meta.filename, join(import.meta.dirname, 'pack.ts'), LIBRARY],
    words: [AHEAD_IMAGE, basename(product)],
    async make(archive, work) {
      const [folder, root] = [join(work, 'archive'), join(work, 'root')];
      mkdirSync(folder);
      await command('tar', '-C', folder, '-xf', product);
      put(root, LIBRARY, PRELOADED);
      await command('tar', ...TAR, '-C', root, '-cf', join(folder, 'ahead.tar'), '.');
      const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
      const [{ Config: file, Layers }] = read('manifest.json') as [{ Config: string; Layers: string[] }];
      const { config, rootfs, history, ...rest } = read(file) as Config;
      const changed = {
        ...rest,
        config: { ...config, Env: [...config.Env, ...ENV] },
        rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, `sha256:${await sha256(join(folder, 'ahead.tar'))}`] },
        history: [...history, {}],
      };
      writeFileSync(join(folder, 'ahead.json'), JSON.stringify(changed));
      const manifest = [{ Config: 'ahead.json', RepoTags: [AHEAD_IMAGE], Layers: [...Layers, 'ahead.tar'] }];
      writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
      await command('tar', ...TAR, '-C', folder, '-cf', archive, 'manifest.json', 'ahead.json', ...Layers, 'ahead.tar');
    },
  });
}
