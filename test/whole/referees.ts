import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunReport, reportSchema } from '../../src/api/report.ts';
import { runJob } from '../cli/backup-job.ts';
import { directorySpec, policyFile, type Spec } from '../cli/policy-file.ts';
import { filesBelow } from '../night/truth.ts';

const execute = promisify(execFile);

/** Longer than any of them takes on a busy machine. */
const PATIENCE_MS = 240_000;

export const ZONES = ['Etc/UTC', 'Asia/Jerusalem', 'America/New_York'];

/** Runs somebody else's program at low priority; rejects unless it exits with 0. */
export async function ask(
  command: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly timeZone?: string } = {},
): Promise<string> {
  const { cwd, timeZone = 'Etc/UTC' } = options;
  const env = { ...process.env, LC_ALL: 'C.UTF-8', TZ: timeZone };
  const { stdout } = await execute('nice', [...command], { cwd, env, timeout: PATIENCE_MS, maxBuffer: 1 << 28 });
  return stdout;
}

/** Four independent programs accept the archive. */
export async function assertAccepted(zip: string): Promise<void> {
  await ask(['unzip', '-tqq', zip]);
  await ask(['7z', 't', '-bso0', '-bsp0', zip]);
  await ask(['bsdtar', '-tf', zip]);
  await ask(['python3', '-c', 'import sys,zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip())', zip]);
}

/** unzip gives the source back, byte for byte and to the second, in every zone; SHA256SUMS agrees. */
export async function assertExtracts(zip: string, source: string, zones: readonly string[] = ZONES): Promise<void> {
  const times = await timesBelow(source);
  for (const [index, timeZone] of zones.entries()) {
    const out = await mkdtemp(join(tmpdir(), 'case-backup-extracted-'));
    try {
      await ask(['unzip', '-qq', zip, '-d', out], { timeZone });
      const original = originalNames(out);
      assert.deepEqual(renamed(await timesBelow(join(out, 'CASES')), original), times, `times in ${timeZone}`);
      if (index > 0) continue;
      await ask(['sha256sum', '--quiet', '-c', 'SHA256SUMS'], { cwd: out });
      assert.deepEqual(renamed(filesBelow(join(out, 'CASES')), original), filesBelow(source));
    } finally {
      await rm(out, { recursive: true });
    }
  }
}

/** By files.jsonl, as a person would find them: a name that Windows forbids is another one in the archive. */
function originalNames(out: string): Map<string, string> {
  const lines = readFileSync(join(out, 'files.jsonl'), 'utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const { archive, path } = JSON.parse(line) as { archive: string; path: string };
      return [archive.slice('CASES/'.length), path];
    }),
  );
}

function renamed<T>(files: ReadonlyMap<string, T>, names: ReadonlyMap<string, string>): Map<string, T> {
  return new Map([...files].map(([name, value]) => [names.get(name) ?? `${name} is not in files.jsonl`, value]));
}

/** Path → seconds since 1970. */
async function timesBelow(folder: string): Promise<Map<string, number>> {
  const found = await ask(['find', folder, '-type', 'f', '-printf', '%P\\t%T@\\n']);
  const lines = found
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  return new Map(lines.map(([path = '', time]) => [path, Math.floor(Number(time))]));
}

export interface WholeBackup extends AsyncDisposable {
  readonly report: RunReport;
  readonly zip: string;
  readonly policy: string;
}

/** `backup-job run` over a folder of the disk, into a fresh destination. */
export async function backUp(source: string, change: Spec = {}): Promise<WholeBackup> {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-whole-'));
  const destination = await mkdtemp(join(folder, 'BACKUPS-'));
  const work = await mkdtemp(join(folder, 'work-'));
  const policy = policyFile(folder, directorySpec(source, destination, change));
  const ended = await runJob(['run', '-f', policy, '--json'], {
    env: { CASE_BACKUP_WORK_DIR: work },
    wrap: ['nice'],
    timeoutMs: PATIENCE_MS,
  });
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(await readdir(work), []);
  const report = reportSchema.parse(JSON.parse(ended.stdout));
  return {
    report,
    zip: report.backup?.path ?? '',
    policy,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
