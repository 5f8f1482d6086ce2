import { copyFile, mkdir, readdir, stat, utimes } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';

/** Where Debian puts what it documents: text, HTML, PDF, PNG, gz of many authors and programs. */
const ROOTS = ['/usr/share/doc', '/usr/share/icons', '/usr/share/man'];
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
  let files = 0;
  let bytes = 0;
  const extensions = new Set<string>();
  for (const root of ROOTS) {
    let ofRoot = 0;
    for (const path of await filesBelow(root)) {
      if (files === MOST_FILES || ofRoot === MOST_OF_ROOT) break;
      const copy = join(target, relative('/usr/share', path).replace('/', '-'));
      await mkdir(dirname(copy), { recursive: true });
      await copyFile(path, copy);
      const { size, mtime } = await stat(path);
      await utimes(copy, mtime, mtime);
      files += 1;
      ofRoot += 1;
      bytes += size;
      extensions.add(extname(path));
    }
  }
  return { files, bytes, extensions };
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
