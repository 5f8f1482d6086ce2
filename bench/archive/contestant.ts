import type { Usage } from '../usage.ts';
import { CONTESTANTS, type ContestantName } from './contestants.ts';
import { openOutput } from './output.ts';

/** `node contestant.ts NAME FOLDER [FILE]`: one run in a process of its own; prints a ContestantRun as JSON. */
export interface ContestantRun {
  /** Without the start of the process. */
  readonly seconds: number;
  /** Where the work was done by a child of the process. */
  readonly usage?: Usage;
}

const [name, folder, file] = process.argv.slice(2);
if (!name || !folder || !(name in CONTESTANTS)) throw new Error('usage: node contestant.ts NAME FOLDER [FILE]');
const output = await openOutput(file);
const start = performance.now();
const usage = await CONTESTANTS[name as ContestantName](folder, output);
const run: ContestantRun = { seconds: (performance.now() - start) / 1000, ...(usage && { usage }) };
await output.close();
process.stdout.write(`${JSON.stringify(run)}\n`);
