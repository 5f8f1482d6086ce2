import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ArchiveOptions, archivePart, CONTESTS } from './archive-part.ts';
import { controllerPart } from './controller-part.ts';
import { imagePart } from './image-part.ts';
import { jobPart } from './job-part.ts';
import { millionPart } from './million-part.ts';
import { NIGHT_CONTESTS } from './night/contests.ts';
import { isWanted, type NightOptions, nightParts } from './night-part.ts';
import type { Part } from './part.ts';
import { resultsPage, section, verdict } from './results.ts';

const USAGE = `npm run bench [-- [PART …] [--rounds N] [--slow K] [--only WORD …]]

All parts, or some of them, and their sections of RESULTS.md: image, cases, tiny, large, job, million, controller,
night.
  --rounds N   instead of each part's own number
  --slow K     night: everything of the lines K times slower, where the machine is too slow for them; printed only
  --only WORD  night: of a corpus (cases, small, film, tops, ten, slow-one) or over a line (far, near, loopback); given
               twice, of both; printed only

Needs zip, unzip and 7z (cases, tiny, large), root and the packages of e2e/packages (image), rclone, zip, unzip and restic
(night), and says what is missing. All of it takes about two hours on two idle cores, most of it nights; one night is tried
out with node bench/line/try.ts --help.`;

const PARTS: Readonly<
  Record<
    string,
    {
      readonly run: (options: ArchiveOptions & NightOptions) => Promise<Part | readonly Part[]>;
      readonly rounds: number;
    }
  >
> = {
  // First, since it alone has to be root.
  image: { run: imagePart, rounds: 5 },
  cases: { run: (options) => archivePart(CONTESTS.cases, options), rounds: 3 },
  tiny: { run: (options) => archivePart(CONTESTS.tiny, options), rounds: 2 },
  // Minutes of one and the same work are their own average.
  large: { run: (options) => archivePart(CONTESTS.large, options), rounds: 1 },
  job: { run: jobPart, rounds: 3 },
  million: { run: millionPart, rounds: 1 },
  controller: { run: controllerPart, rounds: 3 },
  night: { run: nightParts, rounds: 3 },
};

const { values, positionals } = parsed();
if (values.help) {
  console.log(USAGE);
  process.exit();
}
const chosen = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = chosen.filter((name) => !(name in PARTS));
if (unknown.length > 0) refuse(`no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);
for (const [option, number] of [
  ['--rounds', values.rounds ?? '1'],
  ['--slow', values.slow],
])
  if (!/^[1-9]\d*$/.test(String(number))) refuse(`${option} ${number}: write a whole number from 1 on`);
const nights = NIGHT_CONTESTS.filter((contest) => isWanted(contest, values.only));
if (nights.length === 0) {
  const pairs = NIGHT_CONTESTS.map(({ corpus, line }) => `${corpus} ${line}`);
  refuse(`no night of ${values.only.join(' ')}; there are ${[...new Set(pairs)].join(', ')}`);
}

const start = performance.now();
const cacheFolder = join(tmpdir(), 'case-backup-bench');
mkdirSync(cacheFolder, { recursive: true });
const parts: Part[] = [];
for (const name of chosen) {
  const chosenPart = PARTS[name];
  if (!chosenPart) continue;
  const rounds = Number(values.rounds ?? chosenPart.rounds);
  const say = (line: string): void =>
    console.log(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  const slowMotion = Number(values.slow);
  const found = [await chosenPart.run({ cacheFolder, rounds, slowMotion, only: values.only, say })].flat();
  parts.push(...found);
  for (const part of found) console.log(`\n${section(part)}`);
}
const targets = parts.flatMap((part) => part.targets);
if (values.only.length === 0 && values.slow === '1') {
  const page = new URL('RESULTS.md', import.meta.url);
  writeFileSync(page, resultsPage(readFileSync(page, 'utf8'), parts, new Date()));
}
console.log(verdict(targets.filter(({ isReached }) => !isReached).length, targets.length));
process.exitCode = targets.every(({ isReached }) => isReached) ? 0 : 1;

function parsed() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: 'string' },
        slow: { type: 'string', default: '1' },
        only: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(why: string): never {
  console.error(`bench: ${why}`);
  process.exit(2);
}
