import type { ArchiveOptions } from './archive-part.ts';
import { runJob } from './dropbox/job.ts';
import { startEmulatorProcess } from './dropbox/start-emulator.ts';
import { containerTarget, mib, type Part } from './part.ts';

const CASES = 20_000;
const FILES_PER_CASE = 50;

/** One million listed files: nothing that the job keeps may grow with their number. */
export async function millionPart({ say }: Pick<ArchiveOptions, 'say'>): Promise<Part> {
  const files = CASES * FILES_PER_CASE;
  await using emulator = await startEmulatorProcess({ cases: CASES, filesPerCase: FILES_PER_CASE });
  say(`million: the emulator has ${files} files`);
  const { report, seconds, cpuSeconds, peakBytes, limit, isLimited } = await runJob(emulator, {
    maxConcurrentDownloads: 8,
  });
  if (report.files !== files) throw new Error(`the job archived ${report.files} of ${files} files`);
  const serving = emulator.servingCpuSeconds();
  say(`million: ${seconds.toFixed(1)} s, peak ${mib(peakBytes)} MiB`);
  const stage = (name: keyof typeof report.stageSeconds): string => (report.stageSeconds[name] ?? 0).toFixed(1);
  return {
    title: 'million',
    text: `\`backup-job run\` over ${CASES} cases of ${FILES_PER_CASE} empty files (listed, planned, archived, uploaded, verified; nothing to download), ${limit}. CPU of the emulator, which serves from the same cores, is a column of its own.`,
    columns: [
      '',
      'seconds',
      'listing s',
      'archiving s',
      'verifying s',
      'CPU s',
      'emulator CPU s',
      'peak MiB',
      'archive MB',
    ],
    rows: [
      [
        `${files} files`,
        seconds.toFixed(1),
        stage('Listing'),
        stage('Archiving'),
        stage('Verifying'),
        cpuSeconds.toFixed(1),
        serving.toFixed(1),
        mib(peakBytes),
        (report.archiveBytes / 1e6).toFixed(1),
      ],
    ],
    targets: [containerTarget(`${files} files`, { isLimited, peakBytes })],
    worse: [],
  };
}
