import { Command, InvalidArgumentError } from 'commander';
import { instructions } from './instructions.ts';
import { startTlsEmulator } from './tls-emulator.ts';

const EXAMPLES = `
Examples:
  npm run dropbox-emulator -- --seed-cases 20
  npm run dropbox-emulator -- --port 8080 --data-dir /var/tmp/emulator --write-lock --latency-ms 120
  npm run dropbox-emulator -- --seed-cases 200 --calls-per-second 50 --retry-after 15

It prints how to point our job, rclone, the Python SDK and curl at it. Uploaded contents lie in the data folder;
names and revisions are in memory only, so a restart begins with an empty account.
`;

/** Enough to look like case files, small enough to be downloaded by hand. */
const FILES_PER_CASE = 12;
const LARGEST_FILE = 200_000;

const program = new Command('dropbox-emulator')
  .description('A Dropbox account on this machine that unmodified clients can use.')
  .option('--port <port>', 'port of the plain HTTP listener', wholeNumber, 0)
  .option('--data-dir <folder>', 'where uploads lie; kept at the end (default: a temporary folder, removed)')
  .option('--seed-cases <count>', `cases of ${FILES_PER_CASE} files each to start with, under /CASES`, wholeNumber, 0)
  .option('--latency-ms <ms>', 'added to every call', wholeNumber, 0)
  .option('--write-lock', 'refuse concurrent commits, as the service does')
  .option('--calls-per-second <count>', 'more are refused with 429; refused ones count too', wholeNumber)
  .option('--retry-after <seconds>', 'how long a refused client is told to wait', wholeNumber, 1)
  .addHelpText('after', EXAMPLES)
  .parse();

const options = program.opts<{
  port: number;
  dataDir?: string;
  seedCases: number;
  latencyMs: number;
  writeLock?: boolean;
  callsPerSecond?: number;
  retryAfter: number;
}>();

const running = await startTlsEmulator({
  port: options.port,
  latencyMs: options.latencyMs,
  writeLock: options.writeLock ?? false,
  ...(options.callsPerSecond && {
    rateLimit: { requests: options.callsPerSecond, perMs: 1000, retryAfterSeconds: options.retryAfter },
  }),
  ...(options.dataDir ? { dataDir: options.dataDir } : {}),
});
running.emulator.tree.folder('/CASES');
running.emulator.tree.generate({
  path: '/CASES',
  cases: options.seedCases,
  filesPerCase: FILES_PER_CASE,
  size: (file) => (file * 7919) % LARGEST_FILE,
});
console.log(instructions(running));

const stop = async (): Promise<void> => {
  const { passed, refused } = running.emulator.stats().limitedCalls;
  if (options.callsPerSecond) console.log(`${passed} calls passed the limit, ${refused} were refused.`);
  await running.close();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is expected');
  return Number(text);
}
