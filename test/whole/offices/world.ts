import { Failure } from '../../../src/host/errors.ts';
import { Unavailable } from '../../../src/store/store.ts';
import { keyOf, type MemoryTree } from '../../store/memory/memory-tree.ts';
import type { Random } from './random.ts';

/** What people and Dropbox do to a tree of cases, by chance. */
export interface World {
  readonly tree: MemoryTree;
  readonly random: Random;
  readonly root: string;
}

export function furnish({ tree, random, root }: World): void {
  const cases = 6 + random.below(10);
  for (let n = 0; n < cases; n++) {
    const files = 1 + random.below(6);
    for (let f = 0; f < files; f++)
      write({ tree, random }, `${root}/USA${n} Client/${folderOf(random)}letter ${f}.txt`);
  }
  tree.put(`${root}/fees.txt`, Buffer.from('100'));
}

const folderOf = (random: Random): string => random.pick(['', 'Mails/', 'Court/2026/']) ?? '';

function write({ tree, random }: Pick<World, 'tree' | 'random'>, path: string): void {
  tree.put(path, Buffer.from(`${random.below(1e9)} `.repeat(1 + random.below(20))));
}

/** One thing that somebody does. Moves stay within the cases, so that nothing is lost by them. */
export function act(world: World): void {
  const { tree, random, root } = world;
  const cases = tree.children(root).filter(({ kind }) => kind === 'folder');
  const files = tree.below(root).filter(({ kind }) => kind === 'file');
  const file = random.pick(files);
  const folder = random.pick(cases);
  if (!file || !folder) return;
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  switch (random.below(6)) {
    case 0: {
      const to = `${root}/${random.pick(['AAA', 'MMM', 'ZZZ'])}${random.below(1000)} renamed`;
      if (tree.get(to)) return;
      tree.move(folder.path, to);
      return;
    }
    case 1: {
      const to = `${folder.path}/${folderOf(random)}${name}`;
      if (tree.get(to) || file.path.split('/').length < 3) return;
      tree.move(file.path, to);
      return;
    }
    case 2: {
      // One of a folder's own folders to another case: what lies below it keeps its ids.
      const inner = random.pick(tree.below(folder.path).filter(({ kind }) => kind === 'folder'));
      const other = random.pick(cases);
      if (!inner || !other || keyOf(other.path) === keyOf(folder.path)) return;
      const to = `${other.path}/moved ${random.below(1000)}`;
      tree.move(inner.path, to);
      return;
    }
    case 3:
      write(world, file.path);
      return;
    case 4:
      write(world, `${folder.path}/new ${random.below(1e6)}.txt`);
      return;
    default:
      tree.remove(file.path);
  }
}

/** A moment's fault of the store, in place of an answer. */
export function stumble({ random, tree }: World, call: string, path: string): void {
  if (call === 'changes' && random.chance(20)) tree.oldestBookmark = tree.changes.length;
  if (call === 'list' && path !== '' && random.chance(1)) throw new Failure('SourceMissing', `${path} does not exist`);
  if ((call === 'load' || call === 'stream') && random.chance(1) && random.chance(20)) throw new Unavailable('locked');
}
