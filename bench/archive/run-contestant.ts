import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Corpus } from '../corpus/make-corpus.ts';
import { runMeasured } from '../measured-process.ts';
import { runContained } from '../run-contained.ts';
import type { Usage } from '../usage.ts';
import { checkOutput } from './check-output.ts';
import type { ContestantRun } from './contestant.ts';
import type { ContestantName } from './contestants.ts';

export interface Timed extends Usage {
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  readonly othersCpuSeconds: number;
}

const CONTESTANT = fileURLToPath(new URL('contestant.ts', import.meta.url));

/** One measured run whose archive goes nowhere; ours is held to the memory of the job's container. */
export async function timeContestant(name: ContestantName, corpus: Corpus): Promise<Timed> {
  const run = name === 'case-backup' ? runContained : runMeasured;
  const { stdout, cpuSeconds, peakBytes, othersCpuSeconds } = await run([CONTESTANT, name, corpus.folder]);
  const { seconds, usage } = JSON.parse(stdout) as ContestantRun;
  return {
    seconds,
    megabytesPerSecond: corpus.bytes / 1e6 / seconds,
    ...(usage ?? { cpuSeconds, peakBytes }),
    othersCpuSeconds: Math.max(0, othersCpuSeconds - (usage?.cpuSeconds ?? 0)),
  };
}

/** One run that is not measured and whose archive is: resolves to its size after it was read whole. */
export async function checkContestant(name: ContestantName, corpus: Corpus): Promise<number> {
  const path = join(tmpdir(), `case-backup-bench-${process.pid}-${name.replaceAll(' ', '-')}.zip`);
  try {
    await runMeasured([CONTESTANT, name, corpus.folder, path]);
    return await checkOutput(path, corpus);
  } finally {
    await rm(path, { force: true });
  }
}
