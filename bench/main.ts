import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ArchiveOptions, archivePart, CONTESTS } from './archive-part.ts';
import { controllerPart } from './controller-part.ts';
import { jobPart } from './job-part.ts';
import { millionPart } from './million-part.ts';
import type { Part } from './part.ts';
import { resultsPage, section, verdict } from './results.ts';

/** `npm run bench -- [PART …] [--rounds N] [--whole]`: all parts and RESULTS.md, or some of them, printed only. */
const PARTS: Readonly<
  Record<string, { readonly run: (options: ArchiveOptions) => Promise<Part>; readonly rounds: number }>
> = {
  cases: { run: (options) => archivePart(CONTESTS.cases, options), rounds: 3 },
  tiny: { run: (options) => archivePart(CONTESTS.tiny, options), rounds: 2 },
  // Minutes of one and the same work are their own average.
  huge: { run: (options) => archivePart(CONTESTS.huge, options), rounds: 1 },
  job: { run: jobPart, rounds: 3 },
  million: { run: millionPart, rounds: 1 },
  controller: { run: controllerPart, rounds: 3 },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, whole: { type: 'boolean', default: false } },
});
const chosen = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = chosen.filter((name) => !(name in PARTS));
if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}`);

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
  const part = await chosenPart.run({ cacheFolder, rounds, whole: values.whole, say });
  parts.push(part);
  console.log(`\n${section(part)}`);
}
const targets = parts.flatMap((part) => part.targets);
if (positionals.length === 0) {
  writeFileSync(fileURLToPath(new URL('RESULTS.md', import.meta.url)), resultsPage(parts, new Date()));
}
console.log(verdict(targets));
process.exitCode = targets.every(({ isReached }) => isReached) ? 0 : 1;
