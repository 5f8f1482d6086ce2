import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withBuildLock } from '../../test/tools/build-lock.ts';
import { pickExtension, writeDocument } from './documents.ts';
import { NIGHT_CORPORA, type Totals } from './night-corpora.ts';
import { proseWriter } from './prose.ts';
import { type Seeded, seeded } from './seeded.ts';
import { setDate, writeDated } from './write-dated.ts';

export type CorpusName = 'cases' | 'tiny' | 'huge' | 'large' | keyof typeof NIGHT_CORPORA;

export interface Corpus extends Totals {
  /** The tree itself. */
  readonly folder: string;
}

/** Raise it when the content changes, so that no measurement is compared with one of another corpus. */
const VERSION = 3;
const MIB = 1024 * 1024;

/** What each of them comes to on every machine; anything else is not the corpus that the targets speak of. */
const TOTALS: Readonly<Record<CorpusName, Totals>> = {
  cases: { files: 1_314, bytes: 1_021_369_359 },
  tiny: { files: 50_000, bytes: 102_400_000 },
  huge: { files: 2, bytes: 5_368_719_120 },
  large: { files: 2, bytes: 1_073_751_824 },
  small: { files: 20_000, bytes: 548_642_524 },
  tops: { files: 29_938, bytes: 31_493_461 },
  film: { files: 1, bytes: 2_000_000_000 },
  ten: { files: 34, bytes: 493_350 },
  'slow-one': { files: 1_001, bytes: 499_789_849 },
};

/**
 * Makes a corpus below `folder`, the same bytes and times for everybody; does nothing when it is there and complete.
 * cases: 1,314 files in 44 folders, about 1 GB, log-normal sizes (median 335 KB, 90th percentile 1.75 MB, at most 20 MB).
 * tiny: 50,000 files of 2 KiB. huge: one text of 5 GiB and a small file. large: the first GiB of the same text.
 * small: 20,000 files of 5 to 50 KB in 200 cases. tops: 20,000 cases of one or two files of 0.1 to 2 KB. film: one file of
 * 2 GB. ten: ten cases of two to five files of 3 to 30 KB. slow-one: 1,000 files of about 500 KB, and SLOW_NAME.
 */
export async function makeCorpus(name: CorpusName, folder: string): Promise<Corpus> {
  const marker = join(folder, `${name}.json`);
  const target = join(folder, name);
  await withBuildLock(folder, `corpus ${name}`, async () => {
    if (await isComplete(marker)) return;
    await rm(target, { recursive: true, force: true });
    const writers = { ...NIGHT_CORPORA, cases: writeCases, tiny: writeTiny, huge: writeText, large: writeText };
    const made = await writers[name](
      target,
      seeded(`case-backup ${name === 'large' ? 'huge' : name} ${VERSION}`),
      name,
    );
    const { files, bytes } = TOTALS[name];
    if (made.files !== files || made.bytes !== bytes) {
      throw new Error(`${name} came to ${made.files} files and ${made.bytes} bytes instead of ${files} and ${bytes}`);
    }
    await writeFile(marker, JSON.stringify({ version: VERSION }));
  });
  return { folder: target, ...TOTALS[name] };
}

async function isComplete(marker: string): Promise<boolean> {
  const text = await readFile(marker, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return JSON.parse(text).version === VERSION;
}

async function writeCases(folder: string, random: Seeded): Promise<Totals> {
  const prose = proseWriter(random);
  // Of their own, so that another content changes neither the sizes nor the kinds: 70 % of the bytes are compressed.
  const sizes = seeded('case-backup sizes 8');
  const kinds = seeded('case-backup kinds 6');
  const files = 1_314;
  let bytes = 0;
  for (let i = 0; i < files; i++) {
    const length = Math.min(Math.round(335_000 * Math.exp(1.29 * sizes.normal())), 20_000_000);
    const extension = pickExtension(kinds);
    const caseName = `USA${String((i % 44) + 1).padStart(3, '0')}_Client_${(i % 44) + 1}`;
    const path = join(folder, caseName, random.pick(['Letters', 'Court', 'Evidence']), `document ${i}${extension}`);
    await writeDated(path, writeDocument(extension, length, random, prose), random);
    bytes += length;
  }
  return { files, bytes };
}

async function writeTiny(folder: string, random: Seeded): Promise<Totals> {
  const prose = proseWriter(random);
  const files = 50_000;
  const length = 2_048;
  for (let i = 0; i < files; i++) {
    const extension = pickExtension(random);
    const path = join(folder, `case-${String(i % 500).padStart(3, '0')}`, `note-${i}${extension}`);
    await writeDated(path, writeDocument(extension, length, random, prose), random);
  }
  return { files, bytes: files * length };
}

async function writeText(folder: string, random: Seeded, name: CorpusName): Promise<Totals> {
  const prose = proseWriter(random);
  const length = name === 'huge' ? 5 * 1024 * MIB : 1024 * MIB;
  const path = join(folder, 'case-001', 'export.sql');
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < length; at += 16 * MIB) await file.writeFile(prose(16 * MIB));
  } finally {
    await file.close();
  }
  await setDate(path, random);
  const note = prose(10_000);
  await writeDated(join(folder, 'case-001', 'read me.txt'), note, random);
  return { files: 2, bytes: length + note.length };
}
