import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runJob } from './backup-job.ts';
import { type Office, openOffice } from './office.ts';
import { directorySpec } from './policy-file.ts';

/** A run while `from` is mounted in a case too, as NAS shortcuts and containers do it. */
async function runWithMount(office: Office, from: string, policy: string) {
  const at = join(office.source, 'USA001_Smith', 'Backups');
  mkdirSync(at, { recursive: true });
  const script = 'mount --bind "$0" "$1" && shift && "$@"';
  const wrap = ['unshare', ...(process.geteuid?.() === 0 ? ['-m'] : ['-rm']), 'sh', '-c', script, from, at];
  const ended = await runJob(['run', '-f', policy, '--json'], { ...office, wrap });
  return { ...ended, report: JSON.parse(ended.stdout) };
}

const backupsIn = ({ destination }: Office): string[] =>
  readdirSync(destination).filter((name) => name.endsWith('.zip'));

for (const [what, from] of [
  ['The backup folder', (office: Office) => office.destination],
  ['The folder above the backup folder', (office: Office) => join(office.destination, '..')],
] as const) {
  test(`${what} is found in a case that it is mounted in, and refused`, { timeout: 60_000 }, async () => {
    using office = openOffice();
    const { code, report, stderr } = await runWithMount(office, from(office), office.policy);
    assert.deepEqual([code, report.reason], [5, 'Overlap'], stderr);
    assert.match(report.message, /USA001_Smith\/Backups/);
    assert.deepEqual(readdirSync(office.destination), ['.case-backup']);
  });
}

test('The backup folder may be mounted in a case where the policy excludes it with all that it holds', {
  timeout: 60_000,
}, async () => {
  using office = openOffice();
  const { destination, source } = office;
  const spec = {
    ...directorySpec(source, destination),
    source: { directory: { path: source }, exclude: ['*/Backups/**'] },
  };
  const policy = office.write('excluding.yaml', spec);
  for (const _ of [1, 2]) {
    const { code, report, stderr } = await runWithMount(office, destination, policy);
    assert.deepEqual([code, report.files], [0, 2], stderr);
  }
  assert.equal(backupsIn(office).length, 2);
});

// So do FUSE volumes whose server does not say how large a document is: rclone's of online documents, of plain HTTP.
test('Files that have content and say that they are empty make the night incomplete, and are named', {
  timeout: 60_000,
}, async () => {
  using office = openOffice();
  const { code, report, stderr } = await runWithMount(office, '/proc/sys/kernel/random', office.policy);
  assert.deepEqual([code, report.result], [3, 'Incomplete'], stderr);
  assert.ok(report.failingPaths.includes('USA001_Smith/Backups/boot_id'), report.failingPaths.join(', '));
});
