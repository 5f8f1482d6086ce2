import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { forEachParallel } from '../../src/host/parallel.ts';
import { runJob } from '../cli/backup-job.ts';
import { ask, assertAccepted, assertExtracts, backUp } from './referees.ts';

const MIB = 1024 * 1024;
const HUGE_BYTES = 4 * 1024 * MIB + 12_345;

/** Around the size of a content_hash block, of the largest single upload, and nothing at all. */
const SIZES = [0, 1, 4 * MIB, 4 * MIB + 1, 150 * MIB + 1];

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-edges-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('Files of 0, 1, 4 MiB, 4 MiB + 1 and 150 MiB + 1 bytes come back as they were, deflated or stored', {
  timeout: 600_000,
}, async () => {
  await withFolder(async (folder) => {
    await mkdir(join(folder, 'sizes'));
    for (const size of SIZES) {
      await writeFile(join(folder, 'sizes', `${size}.jpg`), randomFillSync(Buffer.alloc(size)));
      await writeFile(join(folder, 'sizes', `${size}.txt`), Buffer.alloc(size, 'Dear client, '));
    }
    await using backup = await backUp(folder);
    await assertAccepted(backup.zip);
    await assertExtracts(backup.zip, folder, ['Etc/UTC']);
  });
});

test('A file of more than 4 GiB is accepted by every ZIP program, and by a full verification', {
  timeout: 900_000,
}, async (t) => {
  await withFolder(async (folder) => {
    await mkdir(join(folder, 'huge'));
    const path = join(folder, 'huge', 'disk.img');
    await writeFile(path, 'begin');
    await truncate(path, HUGE_BYTES);
    const file = await open(path, 'r+');
    await file.write('end', HUGE_BYTES - 3);
    await file.close();
    await writeFile(join(folder, 'huge', 'zz after it.txt'), 'an offset beyond the first file');
    await using backup = await backUp(folder);
    assert.equal(backup.report.sourceBytes, HUGE_BYTES + 31);
    await assertAccepted(backup.zip);
    assert.match(await ask(['unzip', '-l', backup.zip]), new RegExp(`${HUGE_BYTES} .*CASES/huge/disk\\.img`));
    const { code, stderr } = await runJob(['verify', '--level', 'Full', '-f', backup.policy], { timeoutMs: 240_000 });
    assert.equal(code, 0, stderr);
    t.diagnostic(`${HUGE_BYTES} bytes in ${backup.report.durationSeconds} s`);
  });
});

test('70,000 files, more than a ZIP without ZIP64 can count, are accepted by every ZIP program', {
  timeout: 900_000,
}, async (t) => {
  await withFolder(async (folder) => {
    const cases = Array.from({ length: 70 }, (_, n) => join(folder, `case ${n}`));
    await forEachParallel(cases, 4, async (name) => {
      await mkdir(name);
      for (let n = 0; n < 1000; n++) await writeFile(join(name, `note ${n}.txt`), `${n}`);
    });
    await using backup = await backUp(folder);
    assert.deepEqual([backup.report.cases, backup.report.files], [70, 70_000]);
    await assertAccepted(backup.zip);
    await assertExtracts(backup.zip, folder, ['Etc/UTC']);
    t.diagnostic(`70,000 files in ${backup.report.durationSeconds} s`);
  });
});
