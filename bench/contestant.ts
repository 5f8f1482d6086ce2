import { CONTESTANTS, type ContestantName } from './contestants.ts';

/** One measured run in a process of its own: `node contestant.ts NAME FOLDER`; prints what bench/measure.ts reads. */
export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly outputBytes: number;
}

const [name, folder] = process.argv.slice(2);
if (!name || !folder || !(name in CONTESTANTS)) throw new Error('usage: node contestant.ts NAME FOLDER');
const start = performance.now();
const outputBytes = await CONTESTANTS[name as ContestantName](folder);
const seconds = (performance.now() - start) / 1000;
const run: Run = { seconds, ...(await usage()), outputBytes };
process.stdout.write(`${JSON.stringify(run)}\n`);

/** Of this process and of a child that has ended (zip), from Linux' own accounts. */
async function usage(): Promise<Pick<Run, 'cpuSeconds' | 'peakBytes'>> {
  const { readFile } = await import('node:fs/promises');
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  // Fields 16 and 17 of /proc/self/stat: CPU of waited-for children in clock ticks, 100 a second (proc_pid_stat(5)).
  const fields = (await readFile('/proc/self/stat', 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
  const children = (Number(fields[13]) + Number(fields[14])) / 100;
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 + children, peakBytes: maxRSS * 1024 };
}
