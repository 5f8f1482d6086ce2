import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { kubernetesBinary } from '../test/cluster/build.ts';
import { tool } from '../test/tools/tools.ts';
import { nodeBinary } from './cluster/binaries.ts';
import { whyNot } from './needs.ts';
import { closeStage, openStage } from './stage/stage.ts';
import { watchArchives } from './watch/images.ts';

/**
 * `npm run e2e`: one cluster with a real node, the product in it, and the test files one after another in this process.
 * `npm run e2e -- night quota` runs those whose path contains one of the words. What lies in a folder of e2e/ has a
 * cluster of its own, without a node.
 */
const LONGEST_MS = 4 * 3_600_000;

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const words = process.argv.slice(2);
const files = globSync('e2e/{,*/}*.test.ts')
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) stop(`no file of e2e/ has ${words.join(' or ')} in its path`);
const onNode = files.some((file) => dirname(file) === 'e2e');
const reason = onNode ? whyNot() : undefined;
if (reason !== undefined) stop(reason);
setTimeout(() => stop(`not done within ${LONGEST_MS / 3_600_000} hours`), LONGEST_MS).unref();

const start = performance.now();
const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
if (onNode) await startNode();
const failed = await runTests();
const left = await closeStage();
for (const trace of left) console.error(`left behind: ${trace}`);
console.log(`${seconds(performance.now() - start)} in all`);
process.exitCode = failed === 0 && left.length === 0 ? 0 : 1;
// With the cluster gone nothing keeps this process, and the reporter says its last words.
setTimeout(() => process.exit(), 10_000).unref();

async function startNode(): Promise<void> {
  await kubernetesBinary();
  await nodeBinary();
  await tool('helm4');
  // In minutes, once, so that no test's own time pays for it.
  if (files.some((file) => readFileSync(file, 'utf8').includes("'./watch/"))) await watchArchives();
  const built = performance.now();
  const { cluster } = await openStage();
  const memory = Object.entries(cluster.memory()).map(([name, bytes]) => `${name} ${Math.round(bytes / 2 ** 20)}`);
  console.log(`built in ${seconds(built - start)}; the node was Ready after ${seconds(cluster.startedInMs)},`);
  console.log(
    `the product ready after ${seconds(performance.now() - built)}, images included; MiB: ${memory.join(', ')}`,
  );
}

/** Returns how many failed, when each file has had its one suite: the run itself ends with the process. */
async function runTests(): Promise<number> {
  const ended = Promise.withResolvers<number>();
  const outcomes: boolean[] = [];
  const hear = (nesting: number, passed: boolean): void => {
    if (nesting > 0) return;
    outcomes.push(passed);
    if (outcomes.length === files.length) ended.resolve(outcomes.filter((outcome) => !outcome).length);
  };
  // In this process: all files share the one cluster.
  const events = run({ files, isolation: 'none', concurrency: false });
  events.on('test:pass', ({ nesting }) => hear(nesting, true));
  events.on('test:fail', ({ nesting }) => hear(nesting, false));
  events.compose(new spec()).on('data', (text: string) => process.stdout.write(text));
  return await ended.promise;
}

function stop(why: string): never {
  console.error(`npm run e2e: ${why}`);
  process.exit(1);
}
