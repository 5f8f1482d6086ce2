import { mkdir, open, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pickExtension, writeDocument } from './documents.ts';
import { proseWriter } from './prose.ts';
import { type Seeded, seeded } from './seeded.ts';

export type CorpusName = 'cases' | 'tiny' | 'huge';

export interface Corpus {
  /** The tree itself. */
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

/** Raise it when the content changes, so that no measurement is compared with one of another corpus. */
const VERSION = 1;
const MIB = 1024 * 1024;
const HUGE_BYTES = 5 * 1024 * MIB;

/**
 * Makes a corpus below `folder`, the same bytes and times for everybody; does nothing when it is there and complete.
 * cases: 1,314 files in 44 folders, about 1 GB, log-normal sizes (median 335 KB, 90th percentile 1.75 MB, at most 20 MB).
 * tiny: 50,000 files of 2 KiB. huge: one text of 5 GiB and a small file.
 */
export async function makeCorpus(name: CorpusName, folder: string): Promise<Corpus> {
  const marker = join(folder, `${name}.json`);
  const known = await readMarker(marker);
  if (known) return known;
  const target = join(folder, name);
  await rm(target, { recursive: true, force: true });
  const random = seeded(`case-backup ${name} ${VERSION}`);
  const writers = { cases: writeCases, tiny: writeTiny, huge: writeHuge };
  const corpus = { folder: target, ...(await writers[name](target, random)) };
  await writeFile(marker, JSON.stringify({ version: VERSION, ...corpus }));
  return corpus;
}

async function readMarker(path: string): Promise<Corpus | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  const { version, ...corpus } = JSON.parse(text) as Corpus & { version?: number };
  return version === VERSION ? corpus : undefined;
}

async function writeCases(folder: string, random: Seeded): Promise<Omit<Corpus, 'folder'>> {
  const prose = proseWriter(random);
  const files = 1_314;
  let bytes = 0;
  for (let i = 0; i < files; i++) {
    const length = Math.min(Math.round(335_000 * Math.exp(1.29 * random.normal())), 20_000_000);
    const extension = pickExtension(random);
    const caseName = `USA${String((i % 44) + 1).padStart(3, '0')}_Client_${(i % 44) + 1}`;
    const path = join(folder, caseName, random.pick(['Letters', 'Court', 'Evidence']), `document ${i}${extension}`);
    await writeDated(path, writeDocument(extension, length, random, prose), random);
    bytes += length;
  }
  return { files, bytes };
}

async function writeTiny(folder: string, random: Seeded): Promise<Omit<Corpus, 'folder'>> {
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

async function writeHuge(folder: string, random: Seeded): Promise<Omit<Corpus, 'folder'>> {
  const prose = proseWriter(random);
  const path = join(folder, 'case-001', 'export.sql');
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < HUGE_BYTES; at += 16 * MIB) await file.writeFile(prose(16 * MIB));
  } finally {
    await file.close();
  }
  const note = prose(10_000);
  await writeDated(join(folder, 'case-001', 'read me.txt'), note, random);
  return { files: 2, bytes: HUGE_BYTES + note.length };
}

/** Dates from 2003 to 2026, to the second. */
async function writeDated(path: string, content: Buffer, random: Seeded): Promise<void> {
  const modified = Date.UTC(2003, 0, 1) / 1000 + random.integer(23 * 365 * 86_400);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await utimes(path, modified, modified);
}
