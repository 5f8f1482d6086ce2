import { chmodSync, createReadStream, globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { FAKE_SECRETS } from './support/fake-secrets.ts';
import { type LeakWatch, leakWatch } from './support/leak-watch.ts';
import { missingPackages } from './support/needed-programs.ts';
import { neededBuilds } from './tools/needed-builds.ts';

/**
 * `npm test`: every test file in a process of its own, then a look for secrets in all that they said and left behind.
 * `npm test -- zip night/faults` runs the files whose path contains one of the words.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

/** These hold a controller to seconds, as its users do; they come last, when nothing else wants the processors. */
const ON_TIME = /^test\/controller\/[^/]+$/;

const missing = missingPackages();
if (missing.length > 0) stop(`missing on this machine: ${missing.join(', ')}; install them with: bash .ci/packages`);

process.chdir(root);
const words = process.argv.slice(2);
const files = globSync('test/**/*.test.ts')
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) stop(`no test file has ${words.join(' or ')} in its path`);

try {
  // One after the other: each takes all processors.
  for (const { build } of neededBuilds(files, root)) await build();
} catch (error) {
  stop(error instanceof Error ? error.message : String(error));
}

const watch = leakWatch(FAKE_SECRETS);
const folder = mkdtempSync(join(tmpdir(), 'case-backup-tests-'));
// Postgres runs as a user of its own and must get through to its folder.
chmodSync(folder, 0o755);
process.env['CASE_BACKUP_TESTS_TMP'] = folder;
let passed = true;
for (const group of [files.filter((file) => !ON_TIME.test(file)), files.filter((file) => ON_TIME.test(file))])
  if (group.length > 0 && !(await runTests(group, watch))) passed = false;
const left = await searchFolder(folder, watch);
rmSync(folder, { recursive: true, force: true });

for (const [file, count] of left) console.log(`note: ${file} left ${count} files behind`);
const leaks = watch.leaks();
for (const leak of leaks) console.error(`SECRET SHOWN: ${leak}`);
console.log(leaks.length === 0 ? 'no secret in any output' : `${leaks.length} secrets shown`);
process.exitCode = passed && leaks.length === 0 ? 0 : 1;

async function runTests(paths: readonly string[], leakWatch: LeakWatch): Promise<boolean> {
  let success = false;
  const events = run({
    files: [...paths],
    concurrency: availableParallelism(),
    execArgv: ['--import', new URL('support/test-process.ts', import.meta.url).href],
  });
  const hear = ({ file, message }: { file?: string | undefined; message: string }): void =>
    leakWatch.see(nameOf(file), message);
  events.on('test:stdout', hear);
  events.on('test:stderr', hear);
  events.on('test:diagnostic', hear);
  events.on('test:fail', ({ file, name, details }) => {
    leakWatch.see(nameOf(file), `${name}\n${inspect(details.error, { depth: 8 })}`);
  });
  events.on('test:summary', (summary) => {
    if (summary.file === undefined) success = summary.success;
  });
  for await (const text of events.compose(new spec())) process.stdout.write(text);
  return success;
}

/** Files that the tests left, read through; returns how many each of them left. */
async function searchFolder(top: string, leakWatch: LeakWatch): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const [owner = '', ...rest] = relative(top, path).split(sep);
    const name = `test/${owner.replaceAll('__', '/')}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 1 << 20 }))
      leakWatch.see(`${name} in the left file ${rest.join('/')}`, chunk);
  }
  return counts;
}

function nameOf(file: string | undefined): string {
  return file === undefined ? 'the test run' : relative(root, file);
}

function stop(why: string): never {
  console.error(`npm test: ${why}`);
  process.exit(1);
}
