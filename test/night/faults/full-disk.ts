import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { reportSchema } from '../../../src/api/report.ts';
import { type Ended, runJob } from '../../cli/backup-job.ts';
import { directorySpec, policyFile } from '../../cli/policy-file.ts';
import { plantInFolder, SMALL_CONTENTS } from '../../kill/small-tree.ts';
import { tally } from '../scenario.ts';
import { fill, openSmallDisk, type SmallDisk } from '../small-disk.ts';
import { filesBelow, unzippedBytes } from '../truth.ts';

/** Room for three backups of the small tree, which is 9.8 MB and does not get smaller. */
const DISK_BYTES = 32 * 1024 * 1024;
const PAGE_BYTES = 4096;

interface Office extends AsyncDisposable {
  readonly source: string;
  readonly destination: string;
  run(): Promise<Ended>;
}

/** Real runs of the job in the disk's namespace, which its folders lie on or not. */
async function openOffice(disk: SmallDisk, onDisk: 'destination' | 'work'): Promise<Office> {
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-full-disk-'));
  const source = join(folder, 'CASES');
  plantInFolder(source);
  const paths = { destination: join(folder, 'BACKUPS'), work: join(folder, 'work'), [onDisk]: join(disk.path, onDisk) };
  const outside = onDisk === 'destination' ? join(disk.outside, onDisk) : paths.destination;
  mkdirSync(outside);
  const policy = policyFile(folder, directorySpec(source, paths.destination));
  return {
    source,
    destination: outside,
    run: () => runJob(['run', '--json', '-f', policy], { wrap: disk.wrap, env: { CASE_BACKUP_WORK_DIR: paths.work } }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const backupsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('_backup.zip'));

function judge(label: string, { destination }: Office, before: ReadonlyMap<string, string>): void {
  const now = filesBelow(destination);
  for (const [path, hash] of before) {
    if (path.endsWith('_backup.zip') && now.get(path) !== hash) tally.changedBackups.push(`${label}: ${path}`);
  }
  const isOurs = (path: string): boolean =>
    /^[^/]+_backup\.zip$|^\.case-backup\/(?:lease|policy-nightly|runs\/[\w-]+)\.json$/.test(path);
  for (const path of now.keys()) if (!isOurs(path)) tally.orphans.push(`${label}: ${path}`);
  for (const name of backupsIn(destination)) {
    const contents = unzippedBytes(readFileSync(join(destination, name)));
    if (JSON.stringify([...contents].sort()) !== JSON.stringify([...SMALL_CONTENTS].sort()))
      tally.falselyVerified.push(`${label}: ${name}`);
  }
}

/** What is left, and who notices: the disk itself, or the guard that looks before the upload and leaves 10 % to chance. */
for (const [free, reason] of [
  [0, 'NoSpace'],
  [PAGE_BYTES, 'NoSpace'],
  [3 * PAGE_BYTES, 'QuotaExceeded'],
  [9_000_000, 'NoSpace'],
] as const) {
  test(`a destination with ${free} bytes left ends the run with 13, keeps what it has, and the next run with space is good`, {
    timeout: 60_000,
  }, async () => {
    tally.scenarios += 1;
    await using disk = await openSmallDisk(DISK_BYTES);
    await using office = await openOffice(disk, 'destination');
    const first = await office.run();
    assert.equal(first.code, 0, first.stderr);
    const before = filesBelow(office.destination);

    const empty = fill(disk, free);
    const full = await office.run();
    assert.equal(full.code, 13, full.stderr);
    assert.equal(reportSchema.parse(JSON.parse(full.stdout)).reason, reason);
    assert.equal(backupsIn(office.destination).length, 1);
    judge(`${free} bytes`, office, before);
    empty();

    const next = await office.run();
    assert.equal(next.code, 0, next.stderr);
    assert.equal(backupsIn(office.destination).length, 2);
    judge(`${free} bytes, next run`, office, before);
    assert.deepEqual([tally.changedBackups, tally.orphans, tally.falselyVerified], [[], [], []]);
  });
}

/** The channel between archive and destination holds 4 MiB, so the archive waits in it when the disk is full. */
test('a destination that is full while much of the archive is still to come ends the run with 13 and nothing left', {
  timeout: 60_000,
}, async () => {
  tally.scenarios += 1;
  await using disk = await openSmallDisk(DISK_BYTES);
  await using office = await openOffice(disk, 'destination');
  const film = join(office.source, 'USA001_Client 1', 'long.mp4');
  writeFileSync(film, '');
  truncateSync(film, 2 * DISK_BYTES);
  const full = await office.run();
  assert.equal(full.code, 13, full.stderr);
  assert.equal(reportSchema.parse(JSON.parse(full.stdout)).reason, 'NoSpace');
  judge('much to come', office, new Map());
  rmSync(film);

  const next = await office.run();
  assert.equal(next.code, 0, next.stderr);
  judge('much to come, next run', office, new Map());
});

test('a work folder with any number of bytes left ends the run with 13 and nothing left, until there is room for it', {
  timeout: 120_000,
}, async (t) => {
  await using disk = await openSmallDisk(DISK_BYTES);
  await using office = await openOffice(disk, 'work');
  const work = join(disk.outside, 'work');
  let pages = 0;
  for (; ; pages++) {
    tally.scenarios += 1;
    const empty = fill(disk, pages * PAGE_BYTES);
    const { code, stderr } = await office.run();
    empty();
    assert.deepEqual(readdirSync(work), []);
    judge(`${pages} pages`, office, new Map());
    if (code === 0) break;
    assert.equal(code, 13, stderr);
    assert.deepEqual(backupsIn(office.destination), []);
    assert.ok(pages < 100, 'the job needs more than 400 KB to work with 15 files');
  }
  assert.ok(pages > 2, 'the disk was never full');
  assert.equal(backupsIn(office.destination).length, 1);
  t.diagnostic(`a run over 15 files needs ${pages} pages in its work folder`);
});
