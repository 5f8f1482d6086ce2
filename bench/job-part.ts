import { fileURLToPath } from 'node:url';
import type { ArchiveOptions } from './archive-part.ts';
import { type Corpus, makeCorpus } from './corpus/make-corpus.ts';
import type { EmulatorAddress } from './dropbox/emulator-process.ts';
import { type JobRun, runJob } from './dropbox/job.ts';
import { startEmulatorProcess } from './dropbox/start-emulator.ts';
import { type Measured, runMeasured } from './measured-process.ts';
import { containerTarget, mib, type Part, speedTarget } from './part.ts';
import { interleave, median, medians, spread } from './rounds.ts';
import { worseThan } from './worse.ts';

const BARE_COPY = fileURLToPath(new URL('dropbox/bare-copy.ts', import.meta.url));
const BARE = 'bare copy';
const JOB = 'backup-job run';
/** As many as the bare copy reads at once; more of them are a night's over a line, in a larger container. */
const BARE_DOWNLOADS = 8;

/** The whole night over the emulator against somebody who only moves the bytes. */
export async function jobPart({ cacheFolder, rounds, say }: ArchiveOptions): Promise<Part> {
  const corpus = await makeCorpus('cases', cacheFolder);
  const jobRuns: JobRun[] = [];
  const runs = await interleave([BARE, JOB], rounds, async (name, round) => {
    await using emulator = await startEmulatorProcess({ folder: corpus.folder });
    const { origin, credentials } = emulator;
    let run: Measured;
    if (name === BARE) run = await copied(origin, credentials.accessToken, corpus);
    else {
      const job = await wholeJob(emulator, corpus);
      jobRuns.push(job);
      run = job;
    }
    say(`job: round ${round} of ${rounds}, ${name}: ${run.seconds.toFixed(1)} s`);
    return run;
  });

  const of = (name: typeof BARE | typeof JOB, value: 'seconds' | 'cpuSeconds' | 'peakBytes'): number[] =>
    (runs.get(name) ?? []).map((run) => run[value]);
  const rates = (name: typeof BARE | typeof JOB): number[] =>
    of(name, 'seconds').map((seconds) => corpus.bytes / 1e6 / seconds);
  return {
    title: 'job',
    text: `\`backup-job run\` (list, download, hash, deflate, upload, verify, commit) over the Dropbox emulator against a bare download-and-upload of the same files (corpus cases) with the same parallelism and part size. The emulator runs on the same cores in a process of its own, a fresh one for each run. Times are those of whole processes. ${medians(rounds)}`,
    columns: ['', 'MB/s of source', 'seconds', 'CPU s', 'peak MiB'],
    rows: ([BARE, JOB] as const).map((name) => [
      name,
      spread(rates(name), 1),
      spread(of(name, 'seconds'), 1),
      spread(of(name, 'cpuSeconds'), 1),
      mib(Math.max(...of(name, 'peakBytes'))),
    ]),
    worse: worseThan([
      {
        name: 'time',
        better: 'less',
        ours: median(of(JOB, 'seconds')),
        others: { [BARE]: median(of(BARE, 'seconds')) },
      },
      {
        name: 'CPU',
        better: 'less',
        ours: median(of(JOB, 'cpuSeconds')),
        others: { [BARE]: median(of(BARE, 'cpuSeconds')) },
      },
    ]),
    targets: [
      speedTarget('speed of the whole job against a bare copy', median(rates(JOB)) / median(rates(BARE)), 0.5),
      containerTarget(JOB, {
        isLimited: jobRuns.every((run) => run.isLimited),
        peakBytes: Math.max(...of(JOB, 'peakBytes')),
      }),
    ],
  };
}

async function copied(origin: string, token: string, corpus: Corpus): Promise<Measured> {
  const run = await runMeasured([BARE_COPY, origin, token]);
  if (run.exitCode !== 0) throw new Error(`the bare copy ended with ${run.exitCode}`);
  const { bytes } = JSON.parse(run.stdout) as { bytes: number };
  if (bytes !== corpus.bytes) throw new Error(`the bare copy moved ${bytes} of ${corpus.bytes} bytes`);
  return run;
}

async function wholeJob(emulator: EmulatorAddress, corpus: Corpus): Promise<JobRun> {
  const run = await runJob(emulator, { maxConcurrentDownloads: BARE_DOWNLOADS });
  const { verification, files, sourceBytes } = run.report;
  if (!verification?.size_reasonable || files !== corpus.files || sourceBytes !== corpus.bytes) {
    throw new Error(`the job verified ${files} files and ${sourceBytes} bytes of ${corpus.files} and ${corpus.bytes}`);
  }
  return run;
}
