import assert from 'node:assert/strict';
import { type RunReport, reportSchema } from '../../src/api/report.ts';
import { type Ended, runJob, type StartOptions } from './backup-job.ts';

const STACK = /^\s+at |node:internal|\bTypeError\b|\[object Object\]/m;

/** Runs a command that must be refused before any work: one sentence and a hint for people, one JSON line with --json. */
export async function assertRefused(
  args: readonly string[],
  options: StartOptions,
  { code, says }: { readonly code: number; readonly says: RegExp },
): Promise<void> {
  const plain = await runJob(args, options);
  assert.equal(plain.code, code, plain.stderr);
  assert.doesNotMatch(plain.stderr, STACK);
  assert.equal(plain.stdout, '');
  assert.match(plain.stderr, /^backup-job failed \([A-Z][A-Za-z]+\): [^\n]+\n {2}→ [^\n]+\n$/);
  assert.match(plain.stderr, says);

  const json = await runJob([...args, '--json'], options);
  assert.equal(json.code, code);
  const { error } = JSON.parse(json.stdout) as {
    error: { code: string; message: string; hint: string; exitCode: number };
  };
  assert.match(error.message, says);
  assert.match(error.code, /^[A-Z][A-Za-z]+$/);
  assert.equal(error.exitCode, code);
  assert.ok(error.hint.length > 10);
}

/** Runs `run --json` to a bad end: the report says why, in its message, and what to do, in its hint. */
export async function assertFailedRun(
  policy: string,
  options: StartOptions,
  { code, reason, says }: { readonly code: number; readonly reason: string; readonly says: RegExp },
): Promise<RunReport> {
  const ended = await runJob(['run', '-f', policy, '--json'], options);
  assert.equal(ended.code, code, ended.stderr);
  const report = reportOf(ended);
  assert.deepEqual([report.reason, report.exitCode], [reason, code]);
  assert.match(report.message, says);
  assert.ok((report.hint ?? '').length > 10, 'there is no hint');
  return report;
}

/** The report of a `run --json`, which must be all that is on standard output. */
export function reportOf({ stdout, stderr }: Ended): RunReport {
  assert.doesNotMatch(stderr, STACK);
  for (const line of stderr.trimEnd().split('\n')) JSON.parse(line);
  const report = JSON.parse(stdout);
  // The schema passes over what it does not know, since a newer release may have written it; we write nothing such.
  assert.deepEqual(reportSchema.parse(report), report);
  return report;
}
