import { copyFile, mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';

/** `.ci/packages` unpacks documents here, since slim images come without what packages put into /usr/share/doc. */
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'case-backup', 'documents');
const PLACES = [join(CACHE, 'usr', 'share'), '/usr/share'];
/** Where Debian puts what it documents: text, HTML, PDF, PNG, gz of many authors and programs. */
const ROOTS = ['doc', 'icons', 'man'];
const MOST_FILES = 6_000;
/** Of one root, so that each kind has its part. */
const MOST_OF_ROOT = 4_000;

export interface Copied {
  readonly files: number;
  readonly bytes: number;
  readonly extensions: ReadonlySet<string>;
}

/** Copies them with their times, a folder below the root becoming a case. */
export async function copyRealDocuments(target: string): Promise<Copied> {
  const copied = new Set<string>();
  const extensions = new Set<string>();
  let bytes = 0;
  for (const root of ROOTS) {
    const most = Math.min(MOST_FILES, copied.size + MOST_OF_ROOT);
    for (const place of PLACES) {
      for (const path of await filesBelow(join(place, root))) {
        if (copied.size === most) break;
        const copy = join(target, relative(place, path).replace('/', '-'));
        if (copied.has(copy)) continue;
        bytes += await copyWithTimes(path, copy);
        copied.add(copy);
        extensions.add(extname(path));
      }
    }
  }
  return { files: copied.size, bytes, extensions };
}

/** Returns how many bytes it has. */
async function copyWithTimes(path: string, copy: string): Promise<number> {
  await mkdir(dirname(copy), { recursive: true });
  await copyFile(path, copy);
  const { size, mtime } = await stat(path);
  await utimes(copy, mtime, mtime);
  return size;
}

/** Real ones only: a link may lead anywhere or nowhere. PDFs come first, because there are few. */
async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const isPdf = (path: string): number => (path.endsWith('.pdf') ? 0 : 1);
  return paths.sort((a, b) => isPdf(a) - isPdf(b) || (a < b ? -1 : 1));
}
