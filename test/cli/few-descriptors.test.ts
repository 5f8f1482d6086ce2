import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Ended, runJob } from './backup-job.ts';
import { type Office, openOffice } from './office.ts';

/** A run of a process that may have so many files open. */
async function runWith(limit: number, office: Office): Promise<Ended & { readonly report: Record<string, unknown> }> {
  const wrap = ['sh', '-c', `ulimit -n ${limit} && exec "$@"`, 'sh'];
  const ended = await runJob(['run', '-f', office.policy, '--json'], { ...office, wrap });
  return { ...ended, report: JSON.parse(ended.stdout) };
}

test('A tree that is far deeper than the process may have files open is backed up whole', {
  timeout: 60_000,
}, async () => {
  using office = openOffice();
  const deep = join(office.source, 'USA001_Smith', ...Array.from({ length: 1100 }, () => 'd'));
  mkdirSync(deep, { recursive: true });
  writeFileSync(join(deep, 'will.txt'), 'the only copy');
  const { code, report, stderr } = await runWith(128, office);
  assert.deepEqual([code, report['files'], report['skippedFiles']], [0, 3, 0], stderr);
});

test('A process that may open hardly any file ends with a code of its own, and leaves none out', {
  timeout: 60_000,
}, async () => {
  using office = openOffice();
  for (let n = 0; n < 200; n++) writeFileSync(join(office.source, 'USA001_Smith', `${n}.txt`), `${n}`);
  for (const limit of [26, 30, 34]) {
    const { report, stderr } = await runWith(limit, office);
    const end = report['reason'] === 'Verified' ? report['files'] : report['reason'];
    assert.ok(end === 202 || end === 'TooManyOpenFiles', `${limit}: ${end} ${stderr}`);
  }
});
