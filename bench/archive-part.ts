import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { forEachParallel } from '../src/host/parallel.ts';
import type { ContestantName } from './archive/contestants.ts';
import { checkContestant, type Timed, timeContestant } from './archive/run-contestant.ts';
import { listTree } from './archive/tree.ts';
import { type Corpus, type CorpusName, makeCorpus } from './corpus/make-corpus.ts';
import { memoryTarget, mib, type Part, speedTarget, type Target } from './part.ts';
import { interleave, median, medians, spread } from './rounds.ts';

/** One corpus, and how many times as fast as the others our pipeline has to be on it. */
interface Contest {
  readonly corpus: CorpusName;
  /** What those take who deflate a file as one stream. */
  readonly streamCorpus?: CorpusName;
  /** Whose archives are written once more and read back. */
  readonly checked: readonly ContestantName[];
  readonly text: string;
  readonly ratios: Readonly<Partial<Record<ContestantName, number>>>;
}

export interface ArchiveOptions {
  readonly cacheFolder: string;
  readonly rounds: number;
  /** Everybody gets all of every corpus. */
  readonly whole: boolean;
  say(line: string): void;
}

const LARGE_BYTES = 8 * 1024 * 1024;
const OURS = 'case-backup';
/** They deflate one file as one stream. */
const STREAMED = new Set<ContestantName>(['archiver level 6', 'zip -6']);
const WRITERS = ['archiver level 6', OURS, 'zip -6'] as const;

export const CONTESTS = {
  cases: {
    corpus: 'cases',
    checked: WRITERS,
    text: '1,314 files in 44 cases, 1.02 GB; 70 % of them compressed already (PDF, JPEG, DOCX), the rest mail and text.',
    ratios: { 'archiver level 6': 6, 'zip -6': 5 },
  },
  tiny: { corpus: 'tiny', checked: WRITERS, text: '50,000 files of 2 KiB.', ratios: { 'archiver level 6': 6 } },
  huge: {
    corpus: 'huge',
    streamCorpus: 'large',
    checked: [OURS],
    text: 'One text of 5 GiB. archiver and zip deflate a file as one stream, whose rate does not depend on its length: they get the first GiB of it (all of it with `--whole`).',
    ratios: { 'archiver level 6': 1.7, 'zip -6': 1.7 },
  },
} satisfies Record<string, Contest>;

export async function archivePart(contest: Contest, options: ArchiveOptions): Promise<Part> {
  const { say, rounds } = options;
  const corpus = await prepared(contest.corpus, options);
  const { streamCorpus } = contest;
  const streamed = streamCorpus && !options.whole ? await prepared(streamCorpus, options) : corpus;
  const corpusOf = (name: ContestantName): Corpus => (STREAMED.has(name) ? streamed : corpus);

  const sizes = new Map<ContestantName, number>();
  await forEachParallel(contest.checked, availableParallelism(), async (name) => {
    sizes.set(name, await checkContestant(name, streamed));
    say(`${contest.corpus}: the archive of ${name} was read back, ${sizes.get(name)} bytes`);
  });
  const names = ['read and hash only', ...WRITERS] as const;
  const runs = await interleave(names, rounds, async (name, round) => {
    const timed = await timeContestant(name, corpusOf(name));
    say(`${contest.corpus}: round ${round} of ${rounds}, ${name}: ${timed.megabytesPerSecond.toFixed(1)} MB/s`);
    return timed;
  });

  const of = (name: ContestantName, value: keyof Timed): number[] => (runs.get(name) ?? []).map((run) => run[value]);
  const rate = (name: ContestantName): number => median(of(name, 'megabytesPerSecond'));
  const targets: Target[] = Object.entries(contest.ratios).map(([name, wanted]) =>
    speedTarget(`speed against ${name}`, rate(OURS) / rate(name as ContestantName), wanted),
  );
  const peak = Math.max(...of(OURS, 'peakBytes'));
  const others = sum([...runs.values()].flat(), 'othersCpuSeconds') / sum([...runs.values()].flat(), 'seconds');
  return {
    title: contest.corpus,
    text: `${contest.text} ${medians(rounds)} Other processes used ${((100 * others) / availableParallelism()).toFixed(0)} % of the machine meanwhile.`,
    columns: ['', 'MB/s', '÷ archiver', 'CPU s per GB', 'peak MiB', 'archive MB'],
    rows: names.map((name) => [
      name,
      spread(of(name, 'megabytesPerSecond'), 1),
      (rate(name) / rate('archiver level 6')).toFixed(2),
      (median(of(name, 'cpuSeconds')) / (corpusOf(name).bytes / 1e9)).toFixed(1),
      mib(Math.max(...of(name, 'peakBytes'))),
      sizes.has(name) ? ((sizes.get(name) ?? 0) / 1e6).toFixed(1) : '–',
    ]),
    targets: [...targets, memoryTarget(OURS, peak)],
  };
}

async function prepared(name: CorpusName, { cacheFolder, say }: ArchiveOptions): Promise<Corpus> {
  const corpus = await makeCorpus(name, cacheFolder);
  say(`${name}: ${corpus.files} files, ${corpus.bytes} bytes in ${corpus.folder}`);
  // So that no measured run is the one that waits for the disk; the small files are read when the archives are checked.
  for (const { path, size } of listTree(corpus.folder)) {
    if (size > LARGE_BYTES) for await (const _ of createReadStream(path, { highWaterMark: LARGE_BYTES }));
  }
  return corpus;
}

const sum = (runs: readonly Timed[], value: keyof Timed): number => runs.reduce((total, run) => total + run[value], 0);
