import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ended, runJob } from './backup-job.ts';
import { type Office, openOffice } from './office.ts';
import { assertFailedRun, assertRefused } from './refusal.ts';

/** Mounts something in a mount namespace of the command's own, and shows afterwards what was written there. */
const WAYS: Readonly<Record<string, string>> = {
  'a disk': 'mount -t tmpfs disk "$1"',
  'a part of the same disk': 'mkdir -p "$1.real" && mount --bind "$1.real" "$1"',
  'a disk under a name with spaces': 'mkdir "$1/a b" && mount -t tmpfs disk "$1/a b"',
};

function policyFor(office: Office, path: string): string {
  return office.write('mounted.yaml', {
    source: { directory: { path: office.source } },
    destination: { directory: { path, requireMount: true } },
  });
}

async function runMounted(office: Office, mount: string, path: string): Promise<Ended> {
  const script = `${mount} || exit 99; shift; "$@"; code=$?; find "$0" -name '*_backup.zip' >&2; exit $code`;
  const wrap = ['unshare', ...(process.geteuid?.() === 0 ? ['-m'] : ['-rm']), '--propagation', 'private'];
  return await runJob(['run', '-f', policyFor(office, path)], {
    env: office.env,
    wrap: [...wrap, 'sh', '-c', script, path, office.destination],
  });
}

for (const [what, mount] of Object.entries(WAYS)) {
  test(`With requireMount a backup goes to ${what} that is mounted`, { timeout: 60_000 }, async () => {
    using office = openOffice();
    const at = what.endsWith('spaces') ? join(office.destination, 'a b') : office.destination;
    const { code, stderr } = await runMounted(office, mount, at);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /_backup\.zip$/m);
  });
}

test('With requireMount a folder that is missing is none of the volume above it', { timeout: 60_000 }, async () => {
  using office = openOffice();
  for (const missing of ['disk', 'a/b']) {
    const { code, stdout, stderr } = await runMounted(
      office,
      'mount -t tmpfs disk "$1"',
      join(office.destination, missing),
    );
    assert.equal(code, 2, stderr);
    assert.match(stdout + stderr, new RegExp(`DestinationMissing.*/${missing} does not exist`));
    assert.doesNotMatch(stderr, /_backup\.zip$/m);
  }
});

test('With requireMount nothing is written to the disk of the system', { timeout: 120_000 }, async () => {
  using office = openOffice();
  const onRoot = ['/usr', '/opt', '/var/tmp', office.destination].find(
    (path) => statSync(path).dev === statSync('/').dev,
  );
  for (const path of [`/case-backup-not-mounted-${process.pid}`, ...(onRoot === undefined ? [] : [onRoot])]) {
    const policy = policyFor(office, path);
    const expected = {
      code: 2,
      reason: 'NotMounted',
      says: new RegExp(`no volume is mounted at ${path}, nor above it`),
    };
    await assertFailedRun(policy, { env: office.env }, expected);
    await assertRefused(['list', '-f', policy], { env: office.env }, expected);
    assert.equal(existsSync(join(path, '.case-backup')), false);
  }
});
