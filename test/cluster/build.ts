import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, globSync, mkdirSync, readFileSync, renameSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { withBuildLock } from './build-lock.ts';
import { type Go, installedGo } from './go-tool.ts';
import { removeUnused } from './unused-builds.ts';

/**
 * Builds the Kubernetes of the tests: minutes the first time, then it lies in the cache, outside the work tree, under a
 * hash of all it was made from. `node test/cluster/build.ts` does just that.
 */
const SOURCES = join(import.meta.dirname, 'go');
export const READY_BINARY = 'CASE_BACKUP_TEST_KUBERNETES';
/** Measured on 2 idle cores: 230 s from nothing; a machine that is 5 times slower must get through too. */
const LONGEST_BUILD_MS = 20 * 60_000;
const SAY_SOMETHING_EVERY_MS = 5_000;

/** Path of the binary with etcd, kube-apiserver, kube-controller-manager and kubectl (go/main.go). */
export function kubernetesBinary(): Promise<string> {
  const ready = process.env[READY_BINARY];
  if (ready === undefined || ready === '') return built(PLANE);
  try {
    accessSync(ready, constants.X_OK);
  } catch (cause) {
    return Promise.reject(new Error(`${READY_BINARY} names ${ready}, which cannot be run`, { cause }));
  }
  return Promise.resolve(ready);
}

/** Path of the do-nothing manager in Go (go/idle-manager/main.go); half a minute once the other one is built. */
export function idleManagerBinary(): Promise<string> {
  return built({ ...PLANE, name: 'idle-manager', packagePath: './idle-manager' });
}

/** Releases of Kubernetes whose validation of CRDs can be asked: the oldest that README promises, and later ones. */
export const CRD_RELEASES = ['1.31', '1.34', '1.37'] as const;

/** Path of that validation (go/crd-check/main.go); a minute and a half each on 2 idle cores, since it is not optimized. */
export function crdCheckBinary(release: (typeof CRD_RELEASES)[number]): Promise<string> {
  return built({
    name: `crd-check-${release}`,
    folder: join(SOURCES, 'crd-check'),
    modules: `kubernetes-${release}`,
    packagePath: '.',
    flags: [`-modfile=kubernetes-${release}.mod`, '-gcflags=all=-N -l'],
  });
}

interface Build {
  readonly name: string;
  readonly folder: string;
  /** The .mod and .sum files in it that say what it is made of. */
  readonly modules: string;
  readonly packagePath: string;
  readonly flags: readonly string[];
}

const PLANE: Build = {
  name: 'kubernetes',
  folder: SOURCES,
  modules: 'go',
  packagePath: '.',
  flags: ['-ldflags', linkerFlags()],
};

async function built(build: Build): Promise<string> {
  const { name, folder, packagePath } = build;
  const go = installedGo(
    folder,
    `or set ${READY_BINARY} to a ready binary (node test/cluster/build.ts prints its path)`,
  );
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

/**
 * Without these the server calls itself v0.0.0-master, and whoever asks for its version (Helm's kubeVersion) goes wrong.
 */
function linkerFlags(): string {
  const modules = readFileSync(join(SOURCES, 'go.mod'), 'utf8');
  const [, version, major, minor] = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\S+)/.exec(modules) ?? [];
  if (version === undefined) throw new Error('go.mod does not require k8s.io/kubernetes');
  const base = 'k8s.io/component-base/version';
  return [
    `-s -w -X ${base}.gitVersion=${version} -X ${base}.gitMajor=${major} -X ${base}.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=${version}`,
  ].join(' ');
}

function fingerprint({ folder, modules, packagePath }: Build, also: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(also));
  const files = [
    ...globSync(join(folder, packagePath, '*.go')),
    join(folder, `${modules}.mod`),
    join(folder, `${modules}.sum`),
  ];
  for (const file of files.sort()) hash.update(`\n${basename(file)}\n`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function runGo(go: Go, args: readonly string[], { name, folder }: Build): Promise<void> {
  const start = performance.now();
  const seconds = (): string => `${Math.round((performance.now() - start) / 1000)} s`;
  const say = (text: string): void => void process.stderr.write(`building the test ${name}: ${text}\n`);
  say('only this once; about 4 minutes on 2 cores, less with what Go has in its own cache');
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

if (import.meta.main) console.log(await kubernetesBinary());
