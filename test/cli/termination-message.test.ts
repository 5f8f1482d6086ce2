import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { TERMINATION_MESSAGE_BYTES } from '../../src/api/fit-report.ts';
import { type RunReport, reportSchema } from '../../src/api/report.ts';
import { type Ended, runJob, type StartOptions } from './backup-job.ts';
import { openOffice } from './office.ts';
import { directorySpec, dropboxSpec, policyOf } from './policy-file.ts';

const office = openOffice();
after(() => office[Symbol.dispose]());
const timeout = 30_000;
const SLOT = '7f1c2a44-93d0-4c55-8a35-0d9a3b1a6e01';
const good = directorySpec(office.source, office.destination);
const file = join(office.folder, 'termination-log');

/** Runs as a pod does, and returns what it left for the kubelet; undefined where that is nothing. */
async function inPod(
  args: readonly string[],
  { env, ...options }: StartOptions = {},
): Promise<{ readonly ended: Ended; readonly message: RunReport | undefined }> {
  rmSync(file, { force: true });
  const pod = { ...office.env, CASE_BACKUP_TERMINATION_MESSAGE: file, CASE_BACKUP_SLOT: SLOT };
  const ended = await runJob(args, { ...options, env: { ...pod, ...env } });
  if (!existsSync(file)) return { ended, message: undefined };
  const text = readFileSync(file, 'utf8');
  assert.ok(Buffer.byteLength(text) <= TERMINATION_MESSAGE_BYTES);
  return { ended, message: reportSchema.parse(JSON.parse(text)) };
}

const inEnv = (spec: object): StartOptions => ({
  env: { CASE_BACKUP_POLICY: JSON.stringify(policyOf(spec as never)) },
});
const EARLY: Readonly<
  Record<string, [args: string[], options: StartOptions, reason: string, policy: string, says: RegExp]>
> = {
  'no policy': [['run'], {}, 'PolicyMissing', '', /no policy is given/],
  'a policy file that is not there': [['run', '-f', '/nowhere.yaml'], {}, 'PolicyUnreadable', '', /nowhere\.yaml/],
  'broken YAML': [['run'], { env: { CASE_BACKUP_POLICY: '{a: [1' } }, 'PolicyUnreadable', '', /CASE_BACKUP_POLICY: /],
  'a field that this version does not know': [
    ['run'],
    inEnv({ ...good, colour: 'red' }),
    'PolicyInvalid',
    'nightly',
    /spec\.colour:? is not a field/,
  ],
  'a very long list of faults': [
    ['run'],
    inEnv({ ...good, ...Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${'ä'.repeat(30)}${i}`, i])) }),
    'PolicyInvalid',
    'nightly',
    /is not a field/,
  ],
  'a missing secret': [['run'], inEnv(dropboxSpec()), 'SecretMissing', 'nightly', /DROPBOX_APP_KEY/],
  'an unreadable secret': [
    ['run'],
    { env: { ...inEnv(dropboxSpec()).env, DROPBOX_APP_KEY_FILE: '/nowhere/key' } },
    'SecretUnreadable',
    'nightly',
    /\/nowhere\/key/,
  ],
  'a bad --listen': [['run', '--listen', 'nine'], inEnv(good), 'ListenInvalid', 'nightly', /--listen nine/],
  'a slot of 300 characters': [
    ['run'],
    { env: { ...inEnv(good).env, CASE_BACKUP_SLOT: 'x'.repeat(300) } },
    'SlotInvalid',
    'nightly',
    /CASE_BACKUP_SLOT has 300 characters/,
  ],
  'a slot with a line break': [
    ['run'],
    { env: { ...inEnv(good).env, CASE_BACKUP_SLOT: 'a\nb' } },
    'SlotInvalid',
    'nightly',
    /CASE_BACKUP_SLOT has characters/,
  ],
  'an unknown option': [['run', '--fast'], inEnv(good), 'CommandLineInvalid', 'nightly', /unknown option '--fast'/],
};

for (const [what, [args, options, reason, policy, says]] of Object.entries(EARLY)) {
  test(`A pod whose run fails with 2 for ${what} leaves a report that says so`, { timeout }, async () => {
    const { ended, message } = await inPod(args, options);
    assert.equal(ended.code, 2, ended.stderr);
    assert.ok(message, 'there is no termination message');
    const { result, exitCode, slot, stage, cases, files, sourceBytes, archiveBytes } = message;
    assert.deepEqual([result, message.reason, exitCode, message.policy], ['Failed', reason, 2, policy]);
    assert.deepEqual(
      [slot, stage, cases, files, sourceBytes, archiveBytes],
      [reason === 'SlotInvalid' ? message.runId : SLOT, 'Preparing', 0, 0, 0, 0],
    );
    assert.match(message.message, says);
    assert.ok((message.hint ?? '').length > 10);
    assert.match(message.runId, /^\d{8}T\d{6}Z-[0-9a-f]{8}$/);
    assert.ok(Date.parse(message.startTime) <= Date.parse(message.completionTime));
  });
}

test('A run that ends by itself leaves its own report, the one that --json shows', { timeout }, async () => {
  const { ended, message } = await inPod(['run', '--json'], inEnv(good));
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(message, JSON.parse(ended.stdout));
});

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`A ${signal} that comes while the program is being loaded ends it with ${code} and a report`, {
    timeout,
  }, async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ load(url, context, next) {
        if (url.endsWith('/open-stores.ts')) process.kill(process.pid, '${signal}');
        return next(url, context);
      } });`;
    const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`];
    const { ended, message } = await inPod(['run'], { ...inEnv(good), nodeArgs });
    assert.deepEqual([ended.code, ended.signal], [code, null], ended.stderr);
    assert.deepEqual([message?.result, message?.exitCode, message?.policy], ['Interrupted', code, 'nightly']);
  });
}

test('Other commands leave no report, and neither does --help', { timeout }, async () => {
  for (const args of [['verify', '2020-01-01_backup.zip'], ['list', '--fast'], ['run', '--help'], ['backup']]) {
    assert.equal((await inPod(args, inEnv(good))).message, undefined, args.join(' '));
  }
});

test('A message that can not be written changes neither the exit code nor the sentence about the cause', {
  timeout,
}, async () => {
  const { ended } = await inPod(['run'], { env: { CASE_BACKUP_TERMINATION_MESSAGE: '/nowhere/log' } });
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /the termination message could not be written: .*ENOENT/);
  assert.match(ended.stderr, /^backup-job failed \(PolicyMissing\): no policy is given$/m);
});

test('a message that can not be written is warned of, and the run ends as it ended', { timeout }, async () => {
  const { ended } = await inPod(['run'], {
    env: { ...inEnv(good).env, CASE_BACKUP_TERMINATION_MESSAGE: join(office.folder, 'nowhere', 'log') },
  });
  assert.equal(ended.code, 0);
  assert.match(ended.stderr, /the termination message could not be written: ENOENT/);
});
