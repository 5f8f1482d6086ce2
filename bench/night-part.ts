import { makeCorpus } from './corpus/make-corpus.ts';
import { inSlowMotion, SHAPES, shapeText } from './line/shape.ts';
import type { Share } from './line/sight.ts';
import type { NightContestant } from './night/contestants.ts';
import { type Contest, NIGHT_CONTESTS, OURS } from './night/contests.ts';
import { requirePrograms } from './night/needed.ts';
import { type NightFigures, runNights } from './night/run-nights.ts';
import { mib, type Part } from './part.ts';
import { interleave, median, medians, spread } from './rounds.ts';
import { worseThan } from './worse.ts';

export interface NightOptions {
  readonly cacheFolder: string;
  readonly rounds: number;
  /** Everything of the line so many times slower. */
  readonly slowMotion: number;
  /** Corpora and lines that are wanted; empty for all. */
  readonly only: readonly string[];
  say(line: string): void;
}

/** A contest is wanted when each of the words is its corpus or its line. */
export const isWanted = ({ corpus, line }: Contest, words: readonly string[]): boolean =>
  words.every((word) => word === corpus || word === line);

/** Whole nights over a line against what people would use instead; a part for each corpus and line. */
export async function nightParts(options: NightOptions): Promise<Part[]> {
  requirePrograms(['rclone', 'zip', 'unzip', 'restic']);
  const wanted = NIGHT_CONTESTS.filter((contest) => isWanted(contest, options.only));
  const parts: Part[] = [];
  for (const contest of wanted) parts.push(await nightPart(contest, options));
  return parts;
}

async function nightPart(contest: Contest, options: NightOptions): Promise<Part> {
  const { cacheFolder, rounds, say } = options;
  const plain = SHAPES[contest.line];
  // Without a limit there is nothing to be slowed down.
  const slowMotion = contest.line === 'loopback' ? 1 : Math.max(options.slowMotion, contest.slowMotion ?? 1);
  const corpus = await makeCorpus(contest.corpus, cacheFolder);
  const title = `night: ${contest.corpus}, ${contest.line}${slowMotion === 1 ? '' : `, ${slowMotion} times slower`}`;
  const runs = await interleave(contest.contestants, rounds, async (name, round) => {
    const nights = await runNights(name, {
      corpus,
      shape: inSlowMotion(plain, slowMotion),
      nights: contest.nights,
      checked: round === 1,
      ...(contest.slow && {
        slow: { ...contest.slow, bytesPerSecond: contest.slow.bytesPerSecond / slowMotion },
      }),
    });
    say(
      `${title}: round ${round} of ${rounds}, ${name}: ${nights.map((night) => `${night.seconds.toFixed(1)} s`).join(', ')}`,
    );
    return nights;
  });
  const nightOf = (name: NightContestant, night: number): NightFigures[] =>
    (runs.get(name) ?? []).flatMap((nights) => nights[night] ?? []);
  const first = new Map(contest.contestants.map((name) => [name, nightOf(name, 0)]));
  const nights = Array.from({ length: contest.nights }, (_, night) => night);
  return {
    title,
    text: `${corpus.files} files, ${(corpus.bytes / 1e6).toFixed(1)} MB. The line: ${shapeText(plain, slowMotion)}; everybody reaches the emulator through it, over TLS. ${medians(rounds)}`,
    columns: COLUMNS,
    rows: nights.flatMap((night) => contest.contestants.map((name) => row(name, night, nightOf(name, night)))),
    targets: contest.targets(first, slowMotion),
    worse: nights.flatMap((night) => worse(contest, night, (name) => nightOf(name, night))),
  };
}

const COLUMNS = [
  '',
  'night',
  'seconds',
  'pipe down, whole',
  'pipe up, whole',
  'pipe down, archiving',
  'calls',
  'connections',
  'MB down',
  'MB up',
  'CPU s',
  'JavaScript thread s',
  'peak MiB',
  'disk MB',
  'stored MB',
];

function row(name: NightContestant, night: number, runs: readonly NightFigures[]): string[] {
  const middle = (value: (run: NightFigures) => number | undefined, digits: number): string => {
    const values = runs.map(value).filter((one) => one !== undefined);
    return values.length === 0 ? '–' : median(values).toFixed(digits);
  };
  const share = (of: 'whole' | 'archiving', way: keyof Share): string => middle((run) => run[of]?.[way], 2);
  return [
    name,
    String(night + 1),
    spread(
      runs.map((run) => run.seconds),
      1,
    ),
    share('whole', 'down'),
    share('whole', 'up'),
    // Of others the files come first and the archive later.
    name === OURS ? share('archiving', 'down') : '–',
    middle((run) => run.calls, 0),
    middle((run) => run.connections, 0),
    middle((run) => run.downBytes / 1e6, 1),
    middle((run) => run.upBytes / 1e6, 1),
    middle((run) => run.cpuSeconds, 1),
    middle((run) => run.mainThreadCpuSeconds, 1),
    mib(Math.max(...runs.map((run) => run.peakBytes))),
    middle((run) => run.diskBytes / 1e6, 1),
    middle((run) => run.storedBytes / 1e6, 1),
  ];
}

const MEASURES = {
  time: (run) => run.seconds,
  calls: (run) => run.calls,
  'bytes down': (run) => run.downBytes,
  'bytes up': (run) => run.upBytes,
  CPU: (run) => run.cpuSeconds,
  memory: (run) => run.peakBytes,
  disk: (run) => run.diskBytes,
  stored: (run) => run.storedBytes,
} satisfies Record<string, (run: NightFigures) => number>;

function worse(contest: Contest, night: number, runsOf: (name: NightContestant) => NightFigures[]): string[] {
  const others = contest.contestants.filter((name) => name !== OURS);
  const sentences = worseThan(
    Object.entries(MEASURES).map(([name, value]) => ({
      name,
      better: 'less' as const,
      ours: median(runsOf(OURS).map(value)),
      others: Object.fromEntries(others.map((other) => [other, median(runsOf(other).map(value))])),
    })),
  );
  return sentences.map((sentence) => `night ${night + 1}, ${sentence}`);
}
