import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import test from 'node:test';
import { askReferees, breaking, input, run, temporaryFolder, zipFileOf, zipOf } from './fixture.ts';

const LINE = 'The quick brown fox jumps over the lazy dog. ';

test('unzip, 7z, bsdtar and Python accept files of every kind', async (t) => {
  const path = join(await temporaryFolder(t), 'a.zip');
  const written = await zipFileOf(
    path,
    [
      input('case/stored.jpg', randomBytes(50_000)),
      input('case/deflated.txt', LINE.repeat(2_000)),
      input('case/empty.txt'),
      input('case/empty folder/'),
      input('case/streamed and stored.mp4', randomBytes(300_000)),
      input('case/streamed and deflated.csv', LINE.repeat(70_000)),
    ],
    { smallBytes: 200_000 },
  );
  assert.deepEqual(
    written.map(({ method }) => method),
    [0, 8, 0, 0, 8, 8],
  );
  await askReferees(path);
});

test('an archive without entries, and one with one, are accepted', async (t) => {
  const folder = await temporaryFolder(t);
  await zipFileOf(join(folder, 'one.zip'), [input('a.txt', 'a')]);
  await askReferees(join(folder, 'one.zip'));
  await zipFileOf(join(folder, 'none.zip'), []);
  assert.equal((await stat(join(folder, 'none.zip'))).size, 22);
  const { stdout } = await run('python3', ['-m', 'zipfile', '-l', join(folder, 'none.zip')]);
  assert.match(stdout, /File Name/);
  await run('7z', ['t', join(folder, 'none.zip')]);
});

test('names keep their bytes: accents, emoji, right to left, and 255 bytes in one component', async (t) => {
  const folder = await temporaryFolder(t);
  const names = ['Zoë & Søn/Übergabe №5.txt', '📁 case/🧾.txt', 'עברית/מסמך.txt', `long/${'ä'.repeat(125)}.json`];
  await zipFileOf(
    join(folder, 'a.zip'),
    names.map((name) => input(name, name)),
  );
  await askReferees(join(folder, 'a.zip'));
  const list = 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))';
  const { stdout } = await run('python3', ['-c', list, join(folder, 'a.zip')]);
  assert.deepEqual(stdout.trimEnd().split('\n'), names);
  await run('unzip', ['-qq', join(folder, 'a.zip'), '-d', folder], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  for (const name of names) assert.equal((await stat(join(folder, name))).size, Buffer.byteLength(name));
});

test('unzip restores times to the second in every time zone, and the fixed modes', async (t) => {
  const folder = await temporaryFolder(t);
  const times = ['1999-12-31T23:59:59Z', '2024-03-31T01:30:01Z', '2024-10-27T01:30:03Z', '2037-06-01T00:00:07Z'];
  await zipFileOf(join(folder, 'a.zip'), [
    ...times.map((time) => input(`${Date.parse(time)}.txt`, time, new Date(time))),
    input('folder/'),
  ]);
  for (const TZ of ['UTC', 'Asia/Jerusalem', 'America/New_York']) {
    const target = join(folder, basename(TZ));
    await run('unzip', ['-qq', join(folder, 'a.zip'), '-d', target], { env: { ...process.env, TZ } });
    for (const time of times) {
      const { mtime, mode } = await stat(join(target, `${Date.parse(time)}.txt`));
      assert.equal(mtime.toISOString(), new Date(time).toISOString(), TZ);
      assert.equal(mode & 0o777, 0o644);
    }
    assert.equal((await stat(join(target, 'folder'))).mode & 0o777, 0o755);
  }
});

test('times that the format does not have are clamped to the nearest that it has', async (t) => {
  const path = join(await temporaryFolder(t), 'a.zip');
  const extremes = [new Date(0), new Date('1850-01-01T00:00:00Z'), new Date('2300-01-01T00:00:00Z')];
  await zipFileOf(
    path,
    extremes.map((time, i) => input(`${i}.txt`, 'x', time)),
  );
  await askReferees(path);
  const { stdout } = await run('python3', [
    '-c',
    'import sys, zipfile; print([i.date_time for i in zipfile.ZipFile(sys.argv[1]).infolist()])',
    path,
  ]);
  assert.equal(stdout.trim(), '[(1980, 1, 1, 0, 0, 0), (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)]');
});

test('an abandoned entry leaves a gap that every program passes over', async (t) => {
  const path = join(await temporaryFolder(t), 'a.zip');
  const inputs = [
    input('before.txt', LINE),
    breaking(input('lost.mp4', randomBytes(3_000_000)), 1_200_000),
    input('between.txt', LINE.repeat(100)),
    breaking(input('lost.csv', LINE.repeat(100_000)), 1_200_000),
    input('after.txt', LINE.repeat(100)),
  ];
  const { bytes, written, archive } = await zipOf(t, inputs, { smallBytes: 1_000_000, onFailure: () => 'skip' });
  await writeFile(path, bytes);
  assert.deepEqual(
    written.map(({ name }) => name),
    ['before.txt', 'between.txt', 'after.txt'],
  );
  assert.equal(archive.gaps.length, 2);
  assert.ok(archive.gaps[0] && archive.gaps[0].length > 1_200_000);
  await askReferees(path, { asStream: false });
});
