import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { EXIT_CODES } from '../../src/api/exit-codes.ts';
import { FAKE_SECRETS } from '../support/fake-secrets.ts';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { directorySpec, dropboxSpec, policyOf } from './policy-file.ts';
import { assertFailedRun, assertRefused } from './refusal.ts';

const office = openOffice();
after(() => office[Symbol.dispose]());
const { env, folder, source, destination } = office;
const good = directorySpec(source, destination);
const dropboxPolicy = office.write('dropbox.yaml', dropboxSpec());
const { appKey, refreshToken } = FAKE_SECRETS;
const policies = JSON.stringify(policyOf(good));

const BAD_POLICIES: Readonly<Record<string, [file: string, says: RegExp]>> = {
  'an unknown field': [
    office.write('a.yaml', { ...good, retention: { keepDay: 5 } }),
    /a\.yaml.*spec\.retention\.keepDay: is not a field/,
  ],
  'a bad cron expression': [office.write('b.yaml', { ...good, schedule: '61 3 * * *' }), /spec\.schedule: /],
  'a bad time zone': [office.write('c.yaml', { ...good, timeZone: 'Mars/Base' }), /spec\.timeZone: .*Etc\/UTC/],
  'no destination': [office.write('d.yaml', { source: good['source'] }), /spec\.destination: is missing/],
  'a wrong type': [
    office.write('e.yaml', { ...good, guards: { minFiles: 'many' } }),
    /spec\.guards\.minFiles: must be a number, not text/,
  ],
  'a relative path': [
    office.write('f.yaml', directorySpec('CASES', destination)),
    /spec\.source\.directory\.path: .*absolute/,
  ],
  'a missing file': [join(folder, 'nowhere.yaml'), /nowhere\.yaml does not exist/],
  'a folder in place of the file': [folder, /is a folder/],
  'broken YAML': [office.write('g.yaml', 'spec: {a: [1, 2'), /g\.yaml: /],
  'an object of another kind': [
    office.write('h.yaml', 'kind: ConfigMap\napiVersion: v1\n'),
    /h\.yaml holds no object of kind CaseBackupPolicy/,
  ],
  'an empty file': [office.write('i.yaml', ''), /i\.yaml /],
  'two policies': [office.write('j.yaml', `${policies}\n---\n${policies}\n`), /j\.yaml holds 2 policies/],
};

for (const [what, [file, says]] of Object.entries(BAD_POLICIES)) {
  test(`A policy with ${what} is refused with 2 and a sentence that names it`, { timeout: 30_000 }, async () => {
    await assertRefused(['run', '-f', file], { env }, { code: 2, says });
  });
}

test('No policy at all is refused with 2', { timeout: 30_000 }, async () => {
  await assertRefused(['list'], { env }, { code: 2, says: /no policy is given/ });
});

const SECRETS: Readonly<Record<string, [change: Record<string, string>, says: RegExp]>> = {
  'a missing secret': [{ DROPBOX_APP_KEY: appKey }, /DROPBOX_REFRESH_TOKEN is not set/],
  'no secrets': [{}, /DROPBOX_APP_KEY and DROPBOX_REFRESH_TOKEN are not set/],
  'a secret file that is not there': [
    { DROPBOX_APP_KEY_FILE: '/nowhere/key' },
    /DROPBOX_APP_KEY_FILE names \/nowhere\/key/,
  ],
  'both a secret and its file': [
    { DROPBOX_REFRESH_TOKEN: refreshToken, DROPBOX_REFRESH_TOKEN_FILE: dropboxPolicy },
    /both DROPBOX_REFRESH_TOKEN and DROPBOX_REFRESH_TOKEN_FILE are set/,
  ],
};

for (const [what, [change, says]] of Object.entries(SECRETS)) {
  test(`A Dropbox policy with ${what} is refused with 2`, { timeout: 30_000 }, async () => {
    await assertRefused(['run', '-f', dropboxPolicy], { env: { ...env, ...change } }, { code: 2, says });
  });
}

test('A bad --listen is refused with 2', { timeout: 30_000 }, async () => {
  for (const listen of ['nine', '99999', '127.0.0.1:'])
    await assertRefused(
      ['run', '-f', office.policy, '--listen', listen],
      { env },
      { code: 2, says: /--listen .*PORT/ },
    );
});

test('An unknown command, option or level is refused with 2 and says where help is', { timeout: 30_000 }, async () => {
  for (const args of [['backup'], ['run', '--fast'], ['verify', '--level', 'Half'], []]) {
    const { code, stdout, stderr } = await runJob(args, { env });
    assert.deepEqual([code, stdout], [2, ''], stderr);
    assert.match(stderr, /--help|Usage:/);
    assert.doesNotMatch(stderr, /^\s+at /m);
  }
});

test('Both programs tell the version that package.json has', { timeout: 30_000 }, async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  for (const name of ['backup-job', 'controller']) {
    const { stdout } = await promisify(execFile)(process.execPath, [`cmd/${name}/main.ts`, '--version']);
    assert.equal(stdout, `${version}\n`);
  }
});

test('--help shows every exit code with its meaning', { timeout: 30_000 }, async () => {
  const { code, stdout } = await runJob(['--help']);
  assert.equal(code, 0);
  for (const exitCode of Object.values(EXIT_CODES)) assert.match(stdout, new RegExp(`^ +${exitCode}  [a-z]`, 'm'));
});

test('config shows the filled-in policy and which secrets are set, and no secret', { timeout: 30_000 }, async () => {
  const secretFile = join(folder, 'token');
  writeFileSync(secretFile, `${refreshToken}\n`);
  const secrets = { DROPBOX_APP_KEY: appKey, DROPBOX_REFRESH_TOKEN_FILE: secretFile };
  for (const args of [['--json'], []]) {
    const { code, stdout, stderr } = await runJob(['config', '-f', dropboxPolicy, ...args], {
      env: { ...env, ...secrets },
    });
    assert.equal(code, 0, stderr);
    assert.ok(!`${stdout}${stderr}`.includes(appKey) && !`${stdout}${stderr}`.includes(refreshToken));
    assert.match(stdout, /DROPBOX_APP_KEY"?: ?"?set/);
    assert.match(stdout, /DATABASE_URL"?: ?"?unset/);
    assert.match(stdout, /keepDays"?: ?30/);
  }
});

const overlaps: [string, string, string][] = [
  ['the same folder', source, source],
  ['the destination inside the source', source, join(source, 'USA001_Smith')],
  ['the source inside the destination', join(source, 'USA001_Smith'), source],
  ['a destination that leads into the source by a symbolic link', source, join(folder, 'link')],
];
symlinkSync(join(source, 'USA002_Jones'), join(folder, 'link'));

for (const [what, from, to] of overlaps) {
  test(`Overlap, ${what}, is refused with 5 and leaves nothing there`, { timeout: 30_000 }, async () => {
    const policy = office.write('overlap.yaml', directorySpec(from, to));
    await assertFailedRun(policy, { env }, { code: 5, reason: 'Overlap', says: /contain each other/ });
    assert.deepEqual(office.workLeft(), []);
  });
}

test('A missing source is refused with 5, a missing destination with 2, each by its path', {
  timeout: 30_000,
}, async () => {
  const noSource = office.write('k.yaml', directorySpec(join(folder, 'gone'), destination));
  await assertFailedRun(noSource, { env }, { code: 5, reason: 'SourceMissing', says: /\/gone does not exist/ });
  const noDestination = office.write('l.yaml', directorySpec(source, join(folder, 'unmounted')));
  await assertFailedRun(
    noDestination,
    { env },
    { code: 2, reason: 'DestinationMissing', says: /\/unmounted does not exist/ },
  );
  mkdirSync(join(folder, 'empty'));
  const empty = office.write('m.yaml', directorySpec(join(folder, 'empty'), destination));
  await assertFailedRun(empty, { env }, { code: 5, reason: 'SourceEmpty', says: /0 files.*minFiles/ });
});
