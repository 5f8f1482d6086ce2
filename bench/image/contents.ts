import { execFileSync } from 'node:child_process';
import { join, sep } from 'node:path';

export interface Share {
  readonly what: string;
  readonly bytes: number;
}

/** What is told one by one; smaller packages are told together. */
const LARGEST_PACKAGES = 5;
/** Of no use to a program that runs: types, maps from compiled code to sources, pages for people. */
const FOR_DEVELOPERS = /\.d\.[cm]?ts$|\.map$|\.md$/;

/** What the files of an image are, the largest first. */
export function sharesOf(root: string): Share[] {
  const files = filesBelow(root);
  const bytesOf = (isOne: (path: string) => boolean): number =>
    files.reduce((sum, { path, bytes }) => sum + (isOne(path) ? bytes : 0), 0);
  const below = (folder: string) => (path: string) => path.startsWith(`${folder}/`);

  const packages = new Map<string, number>();
  for (const { path, bytes } of files.filter(({ path }) => below('app/node_modules')(path))) {
    const [first = '', second = ''] = path.slice('app/node_modules/'.length).split(sep);
    const name = first.startsWith('@') ? `${first}/${second}` : first;
    packages.set(name, (packages.get(name) ?? 0) + bytes);
  }
  const bySize = [...packages].sort(([, one], [, other]) => other - one);
  const rest = bySize.slice(LARGEST_PACKAGES);
  const isNode = (path: string): boolean => path === 'usr/local/bin/node';
  const isApt = (path: string): boolean => below('var/lib/apt')(path) || below('var/cache/apt')(path);
  const isNpm = below('usr/local/lib/node_modules');
  const icu = icuBytes(join(root, 'usr/local/bin/node'));
  return [
    { what: 'Node', bytes: bytesOf(isNode) - icu },
    { what: 'ICU in it: languages and time zones', bytes: icu },
    { what: 'npm, of the base', bytes: bytesOf(isNpm) },
    { what: "apt's lists and packages, of the stand-in for the base alone", bytes: bytesOf(isApt) },
    {
      what: 'Debian',
      bytes: bytesOf((path) => !(isNode(path) || isNpm(path) || isApt(path) || below('app')(path))),
    },
    ...bySize.slice(0, LARGEST_PACKAGES).map(([name, bytes]) => ({ what: `node_modules/${name}`, bytes })),
    { what: `${rest.length} more packages`, bytes: rest.reduce((sum, [, bytes]) => sum + bytes, 0) },
    { what: 'our sources', bytes: bytesOf((path) => below('app/src')(path) || below('app/cmd')(path)) },
    { what: 'what Node makes of the sources', bytes: bytesOf(below('app/compiled')) },
  ].sort((one, other) => other.bytes - one.bytes);
}

/** In node_modules, and counted in its packages. */
export const bytesForDevelopers = (root: string): number =>
  filesBelow(root)
    .filter(({ path }) => path.startsWith('app/node_modules/') && FOR_DEVELOPERS.test(path))
    .reduce((sum, { bytes }) => sum + bytes, 0);

/** What has two names is one file. Not by Node, which would follow the image's links out of it. */
function filesBelow(root: string): { readonly path: string; readonly bytes: number }[] {
  const found = execFileSync('find', [root, '-type', 'f', '-printf', '%i %s %P\n'], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  const byInode = new Map<string, { readonly path: string; readonly bytes: number }>();
  for (const [, inode = '', size, path = ''] of found.matchAll(/^(\d+) (\d+) (.*)$/gm))
    byInode.set(inode, { path, bytes: Number(size) });
  return [...byInode.values()];
}

/** Node has the data of ICU within itself, as one symbol. */
function icuBytes(node: string): number {
  const symbols = execFileSync('nm', ['-S', node], { encoding: 'utf8', maxBuffer: 256 << 20 });
  const [, size] = /^\w+ (\w+) R icudt\d+_dat$/m.exec(symbols) ?? [];
  if (size === undefined) throw new Error(`${node} has no data of ICU`);
  return Number.parseInt(size, 16);
}
