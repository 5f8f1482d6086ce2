import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { withBuildLock } from '../../test/tools/build-lock.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Images are files of some 100 MB; those of a state of the sources that nobody comes back to are in the way. */
const UNUSED_FOR_MS = 3 * 24 * 3_600_000;

export interface ImageRecipe {
  readonly name: string;
  /** Files and words that it is made of: when one of them changes, it is made anew. */
  readonly files: readonly string[];
  readonly words: readonly string[];
  /** Writes a docker-archive to `archive`, with `work` to itself. */
  make(archive: string, work: string): Promise<void>;
}

/** Path of the image's archive, made once into the user's cache. */
export async function cachedImage(recipe: ImageRecipe): Promise<string> {
  const { name, make } = recipe;
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'case-backup', 'images');
  mkdirSync(cache, { recursive: true });
  const archive = join(cache, `${name}-${fingerprint(recipe)}.tar`);
  if (!existsSync(archive))
    await withBuildLock(cache, `image-${name}`, async () => {
      // Whoever waited for the lock finds it made.
      if (existsSync(archive)) return;
      const work = mkdtempSync(join(tmpdir(), `case-backup-image-${name}-`));
      const unfinished = `${archive}.unfinished`;
      rmSync(unfinished, { force: true });
      try {
        await saying(name, () => make(unfinished, work));
        renameSync(unfinished, archive);
      } finally {
        rmSync(work, { recursive: true, force: true });
        rmSync(unfinished, { force: true });
      }
    });
  utimesSync(archive, new Date(), new Date());
  for (const other of globSync(join(cache, `${name}-*.tar`)))
    if (Date.now() - statSync(other).mtimeMs > UNUSED_FOR_MS) rmSync(other, { force: true });
  return archive;
}

function fingerprint({ files, words }: ImageRecipe): string {
  const hash = createHash('sha256').update(JSON.stringify(words));
  for (const file of [...files].sort()) hash.update(`\n${relative(ROOT, file)}\n`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function saying(name: string, work: () => Promise<void>): Promise<void> {
  const start = performance.now();
  const say = (what: string): void =>
    void process.stderr.write(`image ${name}: ${what} ${Math.round((performance.now() - start) / 1000)} s\n`);
  const ticker = setInterval(() => say('being made,'), 5_000);
  try {
    await work();
  } finally {
    clearInterval(ticker);
  }
  say('made in');
}
