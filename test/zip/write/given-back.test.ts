import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { createArchive, type Sink } from '../../../src/zip/write/archive.ts';
import { writeEntries } from '../../../src/zip/write/write-entries.ts';
import { askReferees, collect, input, options, temporaryFolder } from '../fixture.ts';

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

test('a sink that keeps its chunks keeps them whole', async (t) => {
  const folder = await temporaryFolder(t);
  const chunks: Buffer[] = [];
  const loaded = await writeThrough((chunk) => void chunks.push(chunk), join(folder, 'spool'));
  assert.equal(loaded['stored.jpg']?.length, 200_000);
  const path = join(folder, 'a.zip');
  await writeFile(path, Buffer.concat(chunks));
  await askReferees(path);
});
