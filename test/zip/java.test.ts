import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { input, run, temporaryFolder, zipFileOf } from './fixture.ts';

const READ_ALL = fileURLToPath(new URL('read-all.java', import.meta.url));
const MEDIA = randomBytes(9_000_000);

for (const compression of ['Auto', 'Store', 'Deflate'] as const) {
  test(`Java reads every byte as a file and as a stream, ${compression}`, async (t) => {
    const path = join(await temporaryFolder(t), 'a.zip');
    const written = await zipFileOf(
      path,
      [
        input('case/film.mp4', MEDIA),
        input('case/ledger.csv', 'one line, and another one\n'.repeat(400_000)),
        input('case/photo.jpg', randomBytes(30_000)),
        input('case/empty.txt'),
        input('case/empty folder/'),
        input('case/Größe – 😀.txt', 'x'),
      ],
      { compression },
    );
    const expected = written.map(({ name, size, crc32 }) => `${name} ${size} ${crc32}`);
    for (const how of ['file', 'stream']) {
      const { stdout } = await run('java', ['-Dstdout.encoding=UTF-8', READ_ALL, how, path], {
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
      assert.deepEqual(stdout.trimEnd().split('\n'), expected, how);
    }
  });
}

test('jar unpacks a backup out of a pipe', async (t) => {
  const folder = await temporaryFolder(t);
  await zipFileOf(join(folder, 'a.zip'), [input('film.mp4', MEDIA), input('after.txt', 'after')]);
  await run('sh', ['-c', 'jar x < a.zip'], { cwd: folder });
  assert.ok((await readFile(join(folder, 'film.mp4'))).equals(MEDIA));
  assert.equal(await readFile(join(folder, 'after.txt'), 'utf8'), 'after');
});
