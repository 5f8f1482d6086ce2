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

test('A file of more than 4 GiB, in an archive of more than 4 GiB, is accepted by every ZIP program, and by a full verification', {
  timeout: 900_000,
}, async (t) => {
  await withFolder(async (folder) => {
    await mkdir(join(folder, 'huge'));
    // Of a kind that is not deflated; most of it is a hole and takes no room until it is archived.
    const path = join(folder, 'huge', 'film.mp4');
    await writeFile(path, 'begin');
    await truncate(path, HUGE_BYTES);
    const file = await open(path, 'r+');
    await file.write('end', HUGE_BYTES - 3);
    await file.close();
    await writeFile(join(folder, 'huge', 'zz after it.txt'), 'an offset beyond the first file');
    await using backup = await backUp(folder);
    assert.equal(backup.report.sourceBytes, HUGE_BYTES + 31);
    assert.ok(backup.report.archiveBytes > HUGE_BYTES);
    await assertAccepted(backup.zip);
    assert.match(await ask(['unzip', '-l', backup.zip]), new RegExp(`${HUGE_BYTES} .*CASES/huge/film\\.mp4`));
    const last = await ask(['unzip', '-p', backup.zip, 'CASES/huge/zz after it.txt']);
    assert.equal(last, 'an offset beyond the first file');
    const { code, stderr } = await runJob(['verify', '--level', 'Full', '-f', backup.policy], { timeoutMs: 240_000 });
    assert.equal(code, 0, stderr);
    t.diagnostic(`${HUGE_BYTES} bytes → ${backup.report.archiveBytes} in ${backup.report.durationSeconds} s`);
  });
});

/** READ-ME-FIRST.txt, files.jsonl, manifest.json, SHA256SUMS. */
const ADDED_ENTRIES = 4;
const FILES_PER_CASE = 1000;

test('65,535, 65,536 and 70,004 entries, more than a ZIP without ZIP64 can count, are accepted by every ZIP program', {
  timeout: 900_000,
}, async (t) => {
  await withFolder(async (folder) => {
    let files = 0;
    const grow = async (count: number): Promise<void> => {
      const fresh = Array.from({ length: count - files }, (_, n) => files + n);
      const cases = Map.groupBy(fresh, (n) => join(folder, `case ${Math.floor(n / FILES_PER_CASE)}`));
      await forEachParallel(cases, 4, async ([name, numbers]) => {
        await mkdir(name, { recursive: true });
        for (const n of numbers) await writeFile(join(name, `note ${n}.txt`), `${n}`);
      });
      files = count;
    };
    for (const entries of [65_535, 65_536, 70_004]) {
      await grow(entries - ADDED_ENTRIES);
      await using backup = await backUp(folder);
      assert.equal(backup.report.files, files);
      await assertAccepted(backup.zip);
      const counted = await ask([
        'python3',
        '-c',
        'import sys,zipfile; print(len(zipfile.ZipFile(sys.argv[1]).infolist()))',
        backup.zip,
      ]);
      assert.equal(Number(counted), entries);
      if (entries === 70_004) await assertExtracts(backup.zip, folder, ['Etc/UTC']);
      t.diagnostic(`${files} files in ${backup.report.durationSeconds} s`);
    }
  });
});
