import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkOutput } from '../archive/check-output.ts';
import { SUFFIXES } from '../archive/suffixes.ts';
import type { Corpus } from '../corpus/make-corpus.ts';
import type { EmulatorAddress } from '../dropbox/emulator-process.ts';
import { type JobRun, runJob } from '../dropbox/job.ts';
import { type LineEnd, lineEnvironment } from '../line/over-line.ts';
import { folderBytes, mostBytesWhile } from './folder-bytes.ts';
import { rcloneEnvironment } from './rclone-environment.ts';
import { type Program, runProgram } from './run-program.ts';

/** Where a night takes place. The folder is the contestant's own and stays from one night to the next. */
export interface Place {
  readonly emulator: EmulatorAddress;
  readonly end: LineEnd;
  readonly folder: string;
  readonly corpus: Corpus;
  readonly night: number;
}

/** What a night cost where it ran; what passed the line is seen there. */
export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Of cpuSeconds, the thread that runs JavaScript, where there is one. */
  readonly mainThreadCpuSeconds?: number;
  readonly listingSeconds?: number;
  /** Whether the kernel would have killed it for more memory than the pod has. */
  readonly isLimited?: boolean;
  /** Most that lay in its folder. */
  readonly diskBytes: number;
}

interface Contestant {
  /** Once, before the first night; not measured. */
  prepare?(place: Place): Promise<void>;
  night(place: Place): Promise<Cost>;
  /** Looks whether all is there; not measured. */
  check?(place: Place): Promise<void>;
}

const MIB = 1024 * 1024;
/** The default of the pod. */
export const POD_BYTES = 512 * MIB;
const TRANSFERS = ['--transfers', '16'];
const COPY = 'CASES';
const ARCHIVE = 'night.zip';
const REPOSITORY = 'rclone:box:RESTIC';

async function job({ emulator, end, folder, corpus }: Place): Promise<Cost> {
  const work = (): Promise<JobRun> => runJob(emulator, { env: lineEnvironment(end), memoryBytes: POD_BYTES, folder });
  const { result, bytes } = await mostBytesWhile(folder, work);
  const { report } = result;
  if (!report.verification?.size_reasonable || report.files !== corpus.files) {
    throw new Error(`the job verified ${report.files} of ${corpus.files} files`);
  }
  const { seconds, cpuSeconds, mainThreadCpuSeconds, peakBytes, isLimited } = result;
  const listingSeconds = report.stageSeconds.Listing ?? 0;
  return { seconds, cpuSeconds, mainThreadCpuSeconds, peakBytes, isLimited, listingSeconds, diskBytes: bytes };
}

/** What many an office has in its crontab. `zipOptions`: what is compressed already may be left as it is. */
function script(zipOptions: readonly string[]): Contestant {
  return {
    async night({ emulator, end, folder, night }) {
      const env = rcloneEnvironment(emulator, end, folder);
      const [copy, archive] = [join(folder, COPY), join(folder, ARCHIVE)];
      await mkdir(copy, { recursive: true });
      // zip would look into the one of last night.
      await rm(archive, { force: true });
      return await inTurn(folder, [
        { command: 'rclone', args: ['copy', 'box:CASES', copy, ...TRANSFERS], env },
        { command: 'zip', args: ['-q', '-r', '-D', ...zipOptions, archive, '.'], cwd: copy, env },
        { command: 'rclone', args: ['copyto', archive, `box:BACKUPS/night-${night}.zip`], env },
      ]);
    },
    check: async ({ folder, corpus }) => void (await checkOutput(join(folder, ARCHIVE), corpus)),
  };
}

const resticEnvironment = ({ emulator, end, folder }: Place): Record<string, string> => ({
  ...rcloneEnvironment(emulator, end, folder),
  RESTIC_PASSWORD: 'bench',
  RESTIC_REPOSITORY: REPOSITORY,
  RESTIC_CACHE_DIR: join(folder, 'cache'),
});

const restic: Contestant = {
  async prepare(place) {
    await runProgram({ command: 'restic', args: ['init'], env: resticEnvironment(place) });
  },
  async night(place) {
    const env = resticEnvironment(place);
    const copy = join(place.folder, COPY);
    await mkdir(copy, { recursive: true });
    return await inTurn(place.folder, [
      { command: 'rclone', args: ['copy', 'box:CASES', copy, ...TRANSFERS], env },
      { command: 'restic', args: ['backup', '--quiet', copy], env },
    ]);
  },
  async check(place) {
    const args = ['stats', '--json', 'latest'];
    const { stdout } = await runProgram({ command: 'restic', args, env: resticEnvironment(place) });
    const { total_size: bytes } = JSON.parse(stdout) as { total_size: number };
    if (bytes !== place.corpus.bytes) throw new Error(`restic has ${bytes} of ${place.corpus.bytes} bytes`);
  },
};

async function inTurn(folder: string, programs: readonly Program[]): Promise<Cost> {
  const started = performance.now();
  let [cpuSeconds, peakBytes] = [0, 0];
  for (const program of programs) {
    const run = await runProgram(program);
    cpuSeconds += run.cpuSeconds;
    peakBytes = Math.max(peakBytes, run.peakBytes);
  }
  const seconds = (performance.now() - started) / 1_000;
  return { seconds, cpuSeconds, peakBytes, diskBytes: folderBytes(folder) };
}

export const NIGHT_CONTESTANTS = {
  'backup-job run': { night: job },
  'rclone + zip': script([]),
  'rclone + zip -n': script(['-n', SUFFIXES.join(':')]),
  'rclone + restic': restic,
} satisfies Record<string, Contestant>;

export type NightContestant = keyof typeof NIGHT_CONTESTANTS;

export const contestant = (name: NightContestant): Contestant => NIGHT_CONTESTANTS[name];
