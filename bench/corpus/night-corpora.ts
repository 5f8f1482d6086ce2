import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pickExtension, writeDocument } from './documents.ts';
import { proseWriter } from './prose.ts';
import type { Seeded } from './seeded.ts';
import { setDate, writeDated } from './write-dated.ts';

export interface Totals {
  readonly files: number;
  readonly bytes: number;
}

/** Writes a tree below a folder, the same bytes for the same seed. */
type Writer = (folder: string, random: Seeded) => Promise<Totals>;

/** What lies in a case. */
interface Filling {
  readonly cases: number;
  readonly files: (random: Seeded) => number;
  /** Sizes are spread evenly between these. */
  readonly least: number;
  readonly most: number;
}

const MB = 1_000_000;
const FILM_BYTES = 2_000 * MB;
const PIECE_BYTES = 16 * MB;

/** The one of `slow-one` that comes slowly, in the second of its ten cases. */
export const SLOW_NAME = 'USA00002_Client_2/document 50.pdf';

/** What a night meets: many small files, many small cases, one large file, next to nothing, one file that is slow. */
export const NIGHT_CORPORA = {
  small: filled({ cases: 200, files: () => 100, least: 5_000, most: 50_000 }),
  tops: filled({ cases: 20_000, files: (random) => 1 + random.integer(2), least: 100, most: 2_000 }),
  film: writeFilm,
  ten: filled({ cases: 10, files: (random) => 2 + random.integer(4), least: 3_000, most: 30_000 }),
  'slow-one': filled({ cases: 10, files: () => 100, least: 400_000, most: 600_000 }, SLOW_NAME),
} satisfies Record<string, Writer>;

/** `also`: one more file of the smallest size. */
function filled({ cases, files, least, most }: Filling, also?: string): Writer {
  return async (folder, random) => {
    const prose = proseWriter(random);
    const totals = { files: 0, bytes: 0 };
    const write = async (name: string, length: number, extension: string): Promise<void> => {
      await writeDated(join(folder, name), writeDocument(extension, length, random, prose), random);
      totals.files += 1;
      totals.bytes += length;
    };
    for (let inOrder = 1; inOrder <= cases; inOrder++) {
      const name = `USA${String(inOrder).padStart(5, '0')}_Client_${inOrder}`;
      for (let file = files(random); file > 0; file--) {
        const extension = pickExtension(random);
        await write(`${name}/paper ${file}${extension}`, least + random.integer(most - least), extension);
      }
    }
    if (also !== undefined) await write(also, least, '.pdf');
    return totals;
  };
}

/** Compressed already, as what is so large mostly is. */
async function writeFilm(folder: string, random: Seeded): Promise<Totals> {
  const path = join(folder, 'USA00001_Client_1', 'film.mp4');
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < FILM_BYTES; at += PIECE_BYTES) {
      await file.writeFile(random.bytes(Math.min(PIECE_BYTES, FILM_BYTES - at)));
    }
  } finally {
    await file.close();
  }
  await setDate(path, random);
  return { files: 1, bytes: FILM_BYTES };
}
