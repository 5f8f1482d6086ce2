import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import type { ZipInput } from '../../../src/zip/entry.ts';
import { createArchive, type Sink } from '../../../src/zip/write/archive.ts';
import { writeEntries } from '../../../src/zip/write/write-entries.ts';
import { askReferees, collect, input, options, temporaryFolder, zipFileOf, zipOf } from '../fixture.ts';

const CONTENTS = {
  'stored.jpg': randomBytes(200_000),
  'deflated.txt': Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(5_000)),
  'another.jpg': randomBytes(100_000),
  'small.txt': Buffer.from('a text'),
};

/** Writes CONTENTS through the sink; resolves to the buffers that the archive was given, as they are afterwards. */
async function writeThrough(sink: Sink, spoolPath: string): Promise<Record<string, Buffer>> {
  const loaded: Record<string, Buffer> = {};
  const inputs = Object.entries(CONTENTS).map(([name, content]) => ({
    ...input(name, content),
    load: async () => {
      const bytes = Buffer.from(content);
      loaded[name] = bytes;
      return { bytes, digest: bytes.length };
    },
  }));
  const archive = await createArchive(sink, spoolPath);
  try {
    await collect(writeEntries(archive, inputs, options));
    await archive.finish();
  } finally {
    await archive.close();
  }
  return loaded;
}

test('contents are given back once a sink has passed them on, and the archive is whole', async (t) => {
  const folder = await temporaryFolder(t);
  const copies: Buffer[] = [];
  // As the channel does it: a chunk is done with when the next one is asked for.
  let before: (() => void) | undefined;
  const loaded = await writeThrough(
    (chunk, release) => {
      before?.();
      copies.push(Buffer.from(chunk));
      before = release;
      return undefined;
    },
    join(folder, 'spool'),
  );
  const lengths = Object.entries(loaded).map(([name, bytes]) => [name, bytes.length]);
  assert.deepEqual(Object.fromEntries(lengths), {
    'stored.jpg': 0,
    'deflated.txt': 0,
    'another.jpg': 0,
    'small.txt': 6,
  });
  const path = join(folder, 'a.zip');
  await writeFile(path, Buffer.concat(copies));
  await askReferees(path);
});

test('pieces of a large file are given back once they were passed on, and the archive is whole', async (t) => {
  for (const [name, content] of Object.entries({
    'stored.mp4': randomBytes(900_000),
    'deflated.csv': Buffer.alloc(3_000_000, 'The quick brown fox; '),
  })) {
    const folder = await temporaryFolder(t);
    const pieces: Buffer[] = [];
    const streamed: ZipInput<number> = {
      ...input(name, content),
      async *stream() {
        for (let at = 0; at < content.length; at += 200_000) {
          const piece = Buffer.from(content.subarray(at, at + 200_000));
          pieces.push(piece);
          yield piece;
          assert.equal(piece.length, 0);
        }
        return content.length;
      },
    };
    const path = join(folder, 'a.zip');
    await zipFileOf(path, [streamed], { smallBytes: 1000 });
    assert.equal(pieces.length, Math.ceil(content.length / 200_000));
    await askReferees(path);
  }
});

test('a piece of a larger buffer is left alone', async (t) => {
  const content = randomBytes(900_000);
  await zipOf(t, [input('stored.mp4', content)], { smallBytes: 1000 });
  assert.equal(content.length, 900_000);
});

test('a sink that keeps its chunks keeps them whole', async (t) => {
  const folder = await temporaryFolder(t);
  const chunks: Buffer[] = [];
  const loaded = await writeThrough((chunk) => void chunks.push(chunk), join(folder, 'spool'));
  assert.equal(loaded['stored.jpg']?.length, 200_000);
  const path = join(folder, 'a.zip');
  await writeFile(path, Buffer.concat(chunks));
  await askReferees(path);
});
