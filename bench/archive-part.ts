import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { forEachParallel } from '../src/host/parallel.ts';
import type { ContestantName } from './archive/contestants.ts';
import { checkContestant, type Timed, timeContestant } from './archive/run-contestant.ts';
import { listTree } from './archive/tree.ts';
import { type Corpus, type CorpusName, makeCorpus } from './corpus/make-corpus.ts';
import { requirePrograms } from './night/needed.ts';
import { memoryTarget, mib, type Part, speedTarget, type Target } from './part.ts';
import { interleave, median, medians, spread } from './rounds.ts';
import { type Measure, worseThan } from './worse.ts';

/** One corpus, and how many times as fast as the others our pipeline has to be on it. */
interface Contest {
  readonly corpus: CorpusName;
  /** A larger one, for our memory alone. */
  readonly memoryCorpus?: CorpusName;
  readonly text: string;
  readonly ratios: Readonly<Partial<Record<ContestantName, number>>>;
}

export interface ArchiveOptions {
  readonly cacheFolder: string;
  readonly rounds: number;
  say(line: string): void;
}

const LARGE_BYTES = 8 * 1024 * 1024;
const OURS = 'case-backup';
const WRITERS = [OURS, 'archiver level 6', 'archiver, stored', 'zip -6', 'zip -6 -n', '7z -mmt2'] as const;

export const CONTESTS = {
  cases: {
    corpus: 'cases',
    text: '1,314 files in 44 cases, 1.02 GB; 70 % of them compressed already (PDF, JPEG, DOCX), the rest mail and text.',
    ratios: { 'archiver, stored': 2, 'zip -6 -n': 1.5 },
  },
  tiny: { corpus: 'tiny', text: '50,000 files of 2 KiB.', ratios: { 'archiver, stored': 6 } },
  large: {
    corpus: 'large',
    memoryCorpus: 'huge',
    text: 'One text of 1 GiB; for the memory of ours, of 5 GiB.',
    ratios: { 'archiver level 6': 1.7, 'zip -6': 1.7 },
  },
} satisfies Record<string, Contest>;

export async function archivePart(contest: Contest, options: ArchiveOptions): Promise<Part> {
  requirePrograms(['zip', 'unzip', '7z']);
  const { say, rounds } = options;
  const corpus = await prepared(contest.corpus, options);
  const sizes = new Map<ContestantName, number>();
  await forEachParallel(WRITERS, availableParallelism(), async (name) => {
    sizes.set(name, await checkContestant(name, corpus));
    say(`${contest.corpus}: the archive of ${name} was read back, ${sizes.get(name)} bytes`);
  });
  const names = ['read and hash only', ...WRITERS] as const;
  const runs = await interleave(names, rounds, async (name, round) => {
    const timed = await timeContestant(name, corpus);
    say(`${contest.corpus}: round ${round} of ${rounds}, ${name}: ${timed.megabytesPerSecond.toFixed(1)} MB/s`);
    return timed;
  });

  const of = (name: ContestantName, value: keyof Timed): number[] => (runs.get(name) ?? []).map((run) => run[value]);
  const rate = (name: ContestantName): number => median(of(name, 'megabytesPerSecond'));
  const targets: Target[] = Object.entries(contest.ratios).map(([name, wanted]) =>
    speedTarget(`speed against ${name}`, rate(OURS) / rate(name as ContestantName), wanted),
  );
  const larger = contest.memoryCorpus && (await timeContestant(OURS, await prepared(contest.memoryCorpus, options)));
  const peak = Math.max(...of(OURS, 'peakBytes'), larger?.peakBytes ?? 0);
  const others = sum([...runs.values()].flat(), 'othersCpuSeconds') / sum([...runs.values()].flat(), 'seconds');
  return {
    title: contest.corpus,
    text: `${contest.text} ${medians(rounds)} Other processes used ${((100 * others) / availableParallelism()).toFixed(0)} % of the machine meanwhile.`,
    columns: ['', 'MB/s', '÷ zip -6 -n', 'CPU s per GB', 'peak MiB', 'archive MB'],
    rows: names.map((name) => [
      name,
      spread(of(name, 'megabytesPerSecond'), 1),
      (rate(name) / rate('zip -6 -n')).toFixed(2),
      (median(of(name, 'cpuSeconds')) / (corpus.bytes / 1e9)).toFixed(1),
      mib(Math.max(...of(name, 'peakBytes'))),
      sizes.has(name) ? ((sizes.get(name) ?? 0) / 1e6).toFixed(1) : '–',
    ]),
    targets: [...targets, memoryTarget(OURS, peak)],
    worse: worseThan([
      compared('MB/s', 'more', rate),
      compared('CPU', 'less', (name) => median(of(name, 'cpuSeconds'))),
      compared('memory', 'less', (name) => Math.max(...of(name, 'peakBytes'))),
      compared('archive', 'less', (name) => sizes.get(name) ?? Number.NaN),
    ]),
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

function compared(name: string, better: Measure['better'], value: (name: ContestantName) => number): Measure {
  const others = WRITERS.filter((writer) => writer !== OURS).map((writer) => [writer, value(writer)] as const);
  return { name, better, ours: value(OURS), others: Object.fromEntries(others) };
}

const sum = (runs: readonly Timed[], value: keyof Timed): number => runs.reduce((total, run) => total + run[value], 0);
