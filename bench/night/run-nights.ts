import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Corpus } from '../corpus/make-corpus.ts';
import type { EmulatorAddress, SlowFile } from '../dropbox/emulator-process.ts';
import { startEmulatorProcess } from '../dropbox/start-emulator.ts';
import { overLine } from '../line/over-line.ts';
import { SHAPES, type Shape } from '../line/shape.ts';
import { archivingShare, type Share, type Sight, wholeShare } from '../line/sight.ts';
import { type Cost, contestant, type NightContestant, type Place } from './contestants.ts';

export interface NightFigures extends Cost {
  readonly sourceBytes: number;
  readonly whole: Share | undefined;
  readonly archiving: Share | undefined;
  readonly calls: number;
  readonly connections: number;
  readonly downBytes: number;
  readonly upBytes: number;
  /** What the account holds more than before. */
  readonly storedBytes: number;
}

export interface NightsOptions {
  readonly corpus: Corpus;
  readonly shape: Shape;
  readonly nights: number;
  readonly slow?: SlowFile;
  /** Whether all is there is looked at after each night. */
  readonly checked: boolean;
}

/** Nights of one contestant, one after the other in one fresh account; between them one file in fifty changes. */
export async function runNights(name: NightContestant, options: NightsOptions): Promise<NightFigures[]> {
  const { corpus, shape, slow } = options;
  const { prepare, night: pass, check } = contestant(name);
  await using emulator = await startEmulatorProcess({ folder: corpus.folder, ...(slow ? { slow } : {}) });
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-night-'));
  const unmeasured = (night: number, work: (place: Place) => Promise<void>): Promise<unknown> =>
    overLine(emulator, SHAPES.loopback, (end) => work({ emulator, end, folder, corpus, night }));
  const figures: NightFigures[] = [];
  try {
    if (prepare) await unmeasured(1, prepare);
    for (let night = 1; night <= options.nights; night++) {
      if (night > 1) await emulator.changeFiles();
      const before = await usedBytes(emulator);
      const { result, sight } = await overLine(emulator, shape, (end) =>
        pass({ emulator, end, folder, corpus, night }),
      );
      const storedBytes = (await usedBytes(emulator)) - before;
      figures.push({ ...result, ...seen(sight, shape, result.seconds), storedBytes, sourceBytes: corpus.bytes });
      if (options.checked && check) await unmeasured(night, check);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return figures;
}

function seen(
  sight: Sight,
  shape: Shape,
  seconds: number,
): Omit<NightFigures, keyof Cost | 'storedBytes' | 'sourceBytes'> {
  return {
    whole: wholeShare(sight, shape, seconds),
    archiving: archivingShare(sight, shape),
    calls: Object.values(sight.calls).reduce((sum, count) => sum + count, 0),
    connections: sight.connections,
    downBytes: sight.down.bytes,
    upBytes: sight.up.bytes,
  };
}

/** Of the account, asked past the line. */
async function usedBytes({ origin, credentials }: EmulatorAddress): Promise<number> {
  const answer = await fetch(`${origin}/2/users/get_space_usage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credentials.accessToken}` },
  });
  if (answer.status !== 200) throw new Error(`get_space_usage: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { used: number }).used;
}
