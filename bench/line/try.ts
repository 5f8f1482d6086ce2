import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CorpusName, makeCorpus } from '../corpus/make-corpus.ts';
import { SLOW_NAME } from '../corpus/night-corpora.ts';
import { type JobRun, runJob } from '../dropbox/job.ts';
import { startEmulatorProcess } from '../dropbox/start-emulator.ts';
import { lineEnvironment, overLine, type Seen } from './over-line.ts';
import { inSlowMotion, SHAPES, type Shape, type ShapeName, shapeText } from './shape.ts';
import { archivingShare, type Share, wholeShare } from './sight.ts';

const USAGE = `node bench/line/try.ts [--corpus cases] [--line far] [--slow 1] [--nights 1]
                       [--downloads N] [--memory MiB] [--thinking ms] [--details]

backup-job run over a shaped line against a fresh emulator; a line of JSON for each night.
  --corpus     cases, small, tops, film (one file of 2 GB), ten, slow-one (one of 1,001 files comes at 50 KB/s)
  --line       ${Object.entries(SHAPES)
    .map(([name, shape]) => `${name} (${shapeText(shape)})`)
    .join(', ')}
  --slow       slow motion: rtt and thinking so many times as long, rates so many times as small
  --nights     one after the other, of the same account
  --downloads  spec.transfer.maxConcurrentDownloads
  --memory     of the job's cgroup, 512 unless told
  --details    the line's bytes per 100 ms and the job's report too`;

const SLOW_BYTES_PER_SECOND = 50_000;
const MIB = 1024 * 1024;

const { values } = parseArgs({
  options: {
    corpus: { type: 'string', default: 'cases' },
    line: { type: 'string', default: 'far' },
    slow: { type: 'string', default: '1' },
    nights: { type: 'string', default: '1' },
    downloads: { type: 'string' },
    memory: { type: 'string', default: '512' },
    thinking: { type: 'string', default: '0' },
    details: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || !(values.line in SHAPES)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 1);
}

const slow = Number(values.slow);
const plain = { ...SHAPES[values.line as ShapeName], thinkingMs: Number(values.thinking) };
const shape = inSlowMotion(plain, slow);
const cacheFolder = join(tmpdir(), 'case-backup-bench');
mkdirSync(cacheFolder, { recursive: true });
const corpus = await makeCorpus(values.corpus as CorpusName, cacheFolder);
await using emulator = await startEmulatorProcess({
  folder: corpus.folder,
  ...(values.corpus === 'slow-one' ? { slow: { name: SLOW_NAME, bytesPerSecond: SLOW_BYTES_PER_SECOND / slow } } : {}),
});
for (let night = 1; night <= Number(values.nights); night++) {
  const serving = emulator.servingCpuSeconds();
  const seen = await overLine(emulator, shape, (end) =>
    runJob(emulator, {
      env: lineEnvironment(end),
      memoryBytes: Number(values.memory) * MIB,
      ...(values.downloads ? { maxConcurrentDownloads: Number(values.downloads) } : {}),
    }),
  );
  const told = { corpus: values.corpus, line: shapeText(plain, slow), night };
  console.log(JSON.stringify({ ...told, ...figures(seen, shape, emulator.servingCpuSeconds() - serving) }));
}

function figures({ result, sight, lineCpuSeconds }: Seen<JobRun>, over: Shape, emulatorCpuSeconds: number): object {
  const { report, seconds, cpuSeconds, mainThreadCpuSeconds, peakBytes, chargedBytes } = result;
  const gigabytes = report.sourceBytes / 1e9;
  return {
    seconds: rounded(seconds),
    files: report.files,
    share: { wholeNight: shares(wholeShare(sight, over, seconds)), archiving: shares(archivingShare(sight, over)) },
    cpuSeconds: { job: rounded(cpuSeconds), itsMainThread: rounded(mainThreadCpuSeconds) },
    cpuSecondsPerGb: { job: rounded(cpuSeconds / gigabytes), itsMainThread: rounded(mainThreadCpuSeconds / gigabytes) },
    othersCpuSeconds: { emulator: rounded(emulatorCpuSeconds), line: rounded(lineCpuSeconds) },
    peakMiB: Math.ceil(peakBytes / MIB),
    ...(chargedBytes === undefined ? {} : { chargedMiB: Math.ceil(chargedBytes / MIB) }),
    stageSeconds: report.stageSeconds,
    bytes: { down: sight.down.bytes, up: sight.up.bytes, archive: report.archiveBytes },
    connections: sight.connections,
    calls: Object.values(sight.calls).reduce((sum, count) => sum + count, 0),
    callsByRoute: Object.fromEntries(Object.entries(sight.calls).sort(([, one], [, other]) => other - one)),
    content: sight.content,
    ...(values.details ? { report, series: { up: sight.up.series, down: sight.down.series } } : {}),
  };
}

function shares(share: Share | undefined): Share | undefined {
  return share && { down: rounded(share.down), up: rounded(share.up) };
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
