import type { CorpusName } from '../corpus/make-corpus.ts';
import { SLOW_NAME } from '../corpus/night-corpora.ts';
import type { SlowFile } from '../dropbox/emulator-process.ts';
import type { ShapeName } from '../line/shape.ts';
import type { Share } from '../line/sight.ts';
import { containerTarget, speedTarget, type Target } from '../part.ts';
import { median } from '../rounds.ts';
import { type NightContestant, POD_BYTES } from './contestants.ts';
import type { NightFigures } from './run-nights.ts';

/** The first nights of every round. */
export type FirstNights = ReadonlyMap<NightContestant, readonly NightFigures[]>;

export interface Contest {
  readonly corpus: CorpusName;
  readonly line: ShapeName;
  readonly contestants: readonly NightContestant[];
  readonly nights: number;
  readonly slow?: SlowFile;
  /** At least so many times slower: where this machine is too slow for the line, and so the CPU would be measured. */
  readonly slowMotion?: number;
  /** Times are those of the line at full speed. */
  readonly targets: (first: FirstNights, slowMotion: number) => readonly Target[];
}

export const OURS = 'backup-job run';
const ALL = [OURS, 'rclone + zip', 'rclone + zip -n', 'rclone + restic'] as const;
const SCRIPTS = [OURS, 'rclone + zip', 'rclone + zip -n'] as const;
const SLOW: SlowFile = { name: SLOW_NAME, bytesPerSecond: 50_000 };

export const NIGHT_CONTESTS: readonly Contest[] = [
  {
    ...{ corpus: 'cases', line: 'far', contestants: ALL, nights: 2 },
    targets: (first) => [faster(first, 'rclone + zip', 3.5), faster(first, 'rclone + restic', 2), pod(first)],
  },
  {
    ...{ corpus: 'cases', line: 'far', contestants: ALL, nights: 1, slowMotion: 4 },
    targets: (first) => [
      shareTarget('the pipe while archiving', first, (night) => night.archiving, 0.9),
      faster(first, 'rclone + zip', 3.5),
      faster(first, 'rclone + restic', 2),
    ],
  },
  {
    ...{ corpus: 'cases', line: 'near', contestants: ALL, nights: 2 },
    targets: (first) => [shareTarget('the pipe over the whole night', first, (night) => night.whole, 0.95), pod(first)],
  },
  {
    ...{ corpus: 'cases', line: 'loopback', contestants: ALL, nights: 2 },
    targets: (first) => [
      most('CPU of the job, s a GB', perGigabyte(first, 'cpuSeconds'), 10),
      most('of it the JavaScript thread', perGigabyte(first, 'mainThreadCpuSeconds'), 5),
      pod(first),
    ],
  },
  {
    ...{ corpus: 'small', line: 'far', contestants: SCRIPTS, nights: 1 },
    targets: (first) => [faster(first, 'rclone + zip', 3), pod(first)],
  },
  {
    ...{ corpus: 'film', line: 'far', contestants: SCRIPTS, nights: 1, slowMotion: 2 },
    targets: (first) => [shareTarget('the pipe while archiving', first, (night) => night.archiving, 0.9), pod(first)],
  },
  {
    ...{ corpus: 'tops', line: 'far', contestants: [OURS], nights: 1 },
    targets: (first, slow) => [most('20,000 cases listed, s', of(first, 'listingSeconds') / slow, 30), pod(first)],
  },
  {
    ...{ corpus: 'ten', line: 'far', contestants: ALL, nights: 2 },
    targets: (first, slow) => [most('from start to exit, s', of(first, 'seconds') / slow, 4)],
  },
  {
    // 8 s for itself, 4 for the others at the rate of the pipe; what stops for it takes longer than both and start and end.
    ...{ corpus: 'slow-one', line: 'far', contestants: [OURS], nights: 1, slow: SLOW },
    targets: (first, slow) => [most('one slow file among a thousand, s', of(first, 'seconds') / slow, 16), pod(first)],
  },
];

function of(first: FirstNights, value: 'seconds' | 'listingSeconds' | 'cpuSeconds' | 'mainThreadCpuSeconds'): number {
  return median((first.get(OURS) ?? []).map((night) => night[value] ?? Number.NaN));
}

function perGigabyte(first: FirstNights, value: 'cpuSeconds' | 'mainThreadCpuSeconds'): number {
  return of(first, value) / (median((first.get(OURS) ?? []).map((night) => night.sourceBytes)) / 1e9);
}

/** Down, where more passes than up. */
function shareTarget(
  what: string,
  first: FirstNights,
  share: (night: NightFigures) => Share | undefined,
  wanted: number,
): Target {
  const measured = median((first.get(OURS) ?? []).map((night) => share(night)?.down ?? Number.NaN));
  return { what, wanted: `≥ ${wanted}`, measured: measured.toFixed(2), isReached: measured >= wanted };
}

/** Each round's ratio on its own: its two runs were neighbours. */
function faster(first: FirstNights, other: NightContestant, wanted: number): Target {
  const ours = first.get(OURS) ?? [];
  const ratios = (first.get(other) ?? []).map((night, round) => night.seconds / (ours[round]?.seconds ?? Number.NaN));
  return speedTarget(`a first night against ${other}`, median(ratios), wanted);
}

function most(what: string, measured: number, wanted: number): Target {
  return { what, wanted: `≤ ${wanted}`, measured: measured.toFixed(1), isReached: measured <= wanted };
}

function pod(first: FirstNights): Target {
  const ours = first.get(OURS) ?? [];
  const peakBytes = Math.max(...ours.map((night) => night.peakBytes));
  return containerTarget(OURS, {
    isLimited: ours.every((night) => night.isLimited === true),
    peakBytes,
    mostBytes: POD_BYTES,
  });
}
