import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startEmulator } from '../dropbox/emulator.ts';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { dropboxEnv, dropboxSpec } from './policy-file.ts';
import { assertRefused, reportOf } from './refusal.ts';

const office = openOffice();
const { env, destination } = office;
/** Whose backups go from Dropbox to a folder. */
const mixedSpec = (change = {}) => dropboxSpec({ destination: { directory: { path: destination } }, ...change });
const mixed = office.write('mixed.yaml', mixedSpec());
let backup = '';

before(async () => {
  const report = reportOf(await runJob(['run', '-f', office.policy, '--json'], { env }));
  assert.equal(report.result, 'Succeeded', report.message);
  backup = report.backup?.path ?? '';
});
after(() => office[Symbol.dispose]());

for (const args of [['list'], ['verify'], ['verify', '--level', 'Full'], ['prune', '--dry-run'], ['prune']]) {
  test(`${args.join(' ')} of a folder needs no secret of its Dropbox source`, { timeout: 60_000 }, async () => {
    const name = backup.slice(backup.lastIndexOf('/') + 1);
    const { code, stdout, stderr } = await runJob([...args, ...(args[0] === 'verify' ? [name] : []), '-f', mixed], {
      env,
    });
    assert.equal(code, 0, stderr);
    assert.ok(stdout.includes(name), stdout);
  });
}

test('verify without a name says that the backups there are of other policies', { timeout: 60_000 }, async () => {
  const { code, stderr } = await runJob(['verify', '-f', mixed], { env });
  assert.equal(code, 2, stderr);
  assert.match(
    stderr,
    /there is no backup of policy nightly in .+\n.+of other policies; backup-job verify NAME checks one/,
  );
});

for (const args of [['list'], ['verify'], ['prune', '--dry-run'], ['prune']]) {
  test(`${args.join(' ')} of a folder that is not there says so with 2`, { timeout: 60_000 }, async () => {
    const path = `${destination}-unmounted`;
    const gone = office.write('gone.yaml', dropboxSpec({ destination: { directory: { path } } }));
    const says = new RegExp(`the destination folder ${path} does not exist`);
    await assertRefused([...args, '-f', gone], { env }, { code: 2, says });
  });
}

test('list and prune of a Dropbox folder that no night has made yet find no backups', { timeout: 60_000 }, async () => {
  const emulator = await startEmulator();
  try {
    const policy = office.write('first.yaml', dropboxSpec());
    for (const command of ['list', 'prune']) {
      const args = [command, '-f', policy];
      const { code, stdout, stderr } = await runJob(args, { env: { ...env, ...dropboxEnv(emulator) } });
      assert.deepEqual([code, stdout], [0, 'no backups in /BACKUPS\n'], stderr);
    }
  } finally {
    await emulator.close();
  }
});

test('run needs the secret of its Dropbox source, and is refused with 2', { timeout: 60_000 }, async () => {
  const says = /DROPBOX_APP_KEY and DROPBOX_REFRESH_TOKEN are not set/;
  await assertRefused(['run', '-f', mixed], { env }, { code: 2, says });
});

test('list needs the secret of a Dropbox destination, whatever the source', { timeout: 60_000 }, async () => {
  const toDropbox = office.write('to-dropbox.yaml', {
    source: { directory: { path: office.source } },
    destination: { dropbox: { folder: '/BACKUPS', credentialsSecretRef: { name: 'dropbox' } } },
  });
  await assertRefused(['list', '-f', toDropbox], { env }, { code: 2, says: /DROPBOX_REFRESH_TOKEN are not set/ });
});

test('A run takes no more bytes a second than its policy says, from Dropbox and to the folder together', {
  timeout: 60_000,
}, async () => {
  const emulator = await startEmulator();
  try {
    const [size, rate] = [400_000, 200_000];
    emulator.tree.put('/CASES/USA001_Smith/scan.bin', randomBytes(size));
    const policy = office.write('slow.yaml', mixedSpec({ transfer: { maxBytesPerSecond: rate } }));
    const ended = await runJob(['run', '-f', policy, '--json'], { env: { ...env, ...dropboxEnv(emulator) } });
    const report = reportOf(ended);
    assert.equal(report.result, 'Succeeded', report.message);
    // Read once from Dropbox, written once, and read back once, because a folder has no content_hash of its own.
    const seconds = (3 * size) / rate;
    assert.ok(report.durationSeconds >= seconds - 1, `${report.durationSeconds} s instead of ${seconds} s`);
  } finally {
    await emulator.close();
  }
});
