import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { withBuildLock } from './build-lock.ts';
import { type Go, installedGo } from './go-tool.ts';
import { removeUnused } from './unused-builds.ts';

/** Measured on 2 idle cores: 230 s from nothing for Kubernetes; a machine that is 5 times slower must get through too. */
const LONGEST_BUILD_MS = 20 * 60_000;
const SAY_SOMETHING_EVERY_MS = 5_000;

export interface GoBuild {
  readonly name: string;
  readonly folder: string;
  /** The .mod file in it, and the .sum file where there is one, that say what it is made of. */
  readonly modules: string;
  readonly packagePath: string;
  readonly flags: readonly string[];
  /** What else helps where there is no Go, as the end of a sentence. */
  readonly orElse: string;
}

/** Path of the binary, which lies in the cache, outside the work tree, under a hash of all it was made from. */
export async function built(build: GoBuild): Promise<string> {
  const { name, folder, packagePath } = build;
  const go = installedGo(folder, build.orElse);
  const flags = ['build', '-trimpath', '-buildvcs=false', ...build.flags];
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'case-backup');
  const binary = join(cache, `${name}-${fingerprint(build, [go.version, ...flags])}`);
  if (!existsSync(binary)) {
    mkdirSync(cache, { recursive: true });
    await withBuildLock(cache, name, async () => {
      // Whoever waited for the lock finds it built.
      if (existsSync(binary)) return;
      const unfinished = `${binary}.${process.pid}.unfinished`;
      await runGo(go, [...flags, '-v', '-o', unfinished, packagePath], build);
      renameSync(unfinished, binary);
    });
    removeUnused(cache);
  }
  // The time of last use, by which removeUnused judges.
  utimesSync(binary, new Date(), new Date());
  return binary;
}

function fingerprint({ folder, modules, packagePath }: GoBuild, also: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(also));
  const files = [...globSync(join(folder, packagePath, '*.go')), ...globSync(join(folder, `${modules}.{mod,sum}`))];
  for (const file of files.sort()) hash.update(`\n${basename(file)}\n`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function runGo(go: Go, args: readonly string[], { name, folder }: GoBuild): Promise<void> {
  const start = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const say = (text: string): void => void process.stderr.write(`building ${name}: ${text}\n`);
  say('only this once; up to 4 minutes on 2 cores, less with what Go has in its own cache');
  const child = spawn(go.path, args, {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LONGEST_BUILD_MS,
  });
  const lastLines: string[] = [];
  let packages = 0;
  createInterface(child.stderr).on('line', (line) => {
    // -v prints the path of each package as it is compiled.
    if (/^[\w.-]+(\/[\w.~-]+)*$/.test(line)) packages++;
    lastLines.push(line);
    if (lastLines.length > 20) lastLines.shift();
  });
  const ticker = setInterval(
    () => say(`${seconds()}, ${packages} packages compiled, ${lastLines.at(-1) ?? 'starting'}`),
    SAY_SOMETHING_EVERY_MS,
  );
  const ended = Promise.withResolvers<string>();
  child.once('error', ended.reject);
  child.once('close', (code, signal) => ended.resolve(signal ?? String(code)));
  try {
    const how = await ended.promise;
    if (how !== '0') throw new Error(`go ${args.join(' ')} ended with ${how}:\n${lastLines.join('\n')}`);
  } finally {
    clearInterval(ticker);
  }
  say(`done in ${seconds()}`);
}
