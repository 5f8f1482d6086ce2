import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { ZipArchive as Archiver } from 'archiver';
import { createArchive } from '../src/zip/archive.ts';
import { writeEntries } from '../src/zip/write-entries.ts';
import { listTree, streamHashed, treeInput } from './tree.ts';

/** Reads a whole tree, writes into a sink that only counts; resolves to the bytes written. */
type Contestant = (folder: string) => Promise<number>;

const MIB = 1024 * 1024;

/** What no archiver can beat in one process, reading file after file: bytes, CRC and both hashes, nothing written. */
async function floor(folder: string): Promise<number> {
  const files = await listTree(folder);
  for (const file of files) {
    if (file.size > 8 * MIB) for await (const chunk of streamHashed(file.path)) crc32(chunk);
    else crc32((await treeInput(file).load(new AbortController().signal)).bytes);
  }
  return 0;
}

async function caseBackup(folder: string): Promise<number> {
  const files = await listTree(folder);
  const work = await mkdtemp(join(tmpdir(), 'bench-'));
  const archive = await createArchive(() => undefined, join(work, 'directory.spool'));
  try {
    const { signal } = new AbortController();
    const onFailure = (_: unknown, error: unknown): never => {
      throw error;
    };
    const inputs = files.map(treeInput);
    let written = 0;
    for await (const entry of writeEntries(archive, inputs, { compression: 'Auto', readAhead: 8, signal, onFailure })) {
      written += entry.digest.contentHash.length === 64 ? 1 : 0;
    }
    if (written !== files.length) throw new Error(`${written} of ${files.length} files are in the archive`);
    return (await archive.finish()).bytes;
  } finally {
    await archive.close();
    await rm(work, { recursive: true });
  }
}

/** archiver with file(), as its documentation shows it, at the same level; it computes no hashes. */
async function archiver(folder: string): Promise<number> {
  const { sink, bytes } = countingSink();
  const archive = new Archiver({ zlib: { level: 6 } });
  for (const { path, name, modified } of await listTree(folder)) archive.file(path, { name, date: modified });
  await Promise.all([pipeline(archive, sink), archive.finalize()]);
  return bytes();
}

/** One file after the other through one deflate stream: what large files cost without parallel blocks. */
async function oneStream(folder: string): Promise<number> {
  let total = 0;
  for (const { path } of await listTree(folder)) {
    const { sink, bytes } = countingSink();
    await pipeline(
      createReadStream(path, { highWaterMark: MIB }),
      createDeflateRaw({ level: 6, chunkSize: MIB }),
      sink,
    );
    total += bytes();
  }
  return total;
}

/** Info-ZIP, into a pipe whose other end only counts. */
async function infoZip(folder: string): Promise<number> {
  const { spawn } = await import('node:child_process');
  const zip = spawn('zip', ['-6', '-q', '-r', '-', '.'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  zip.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const [code] = await once(zip, 'close');
  if (code !== 0) throw new Error(`zip ended with code ${code}`);
  return bytes;
}

function countingSink(): { readonly sink: Writable; readonly bytes: () => number } {
  let count = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      count += chunk.length;
      done();
    },
  });
  return { sink, bytes: () => count };
}

export const CONTESTANTS = {
  'read and hash only': floor,
  'case-backup': caseBackup,
  'archiver level 6': archiver,
  'zip -6': infoZip,
  'one deflate stream': oneStream,
} satisfies Record<string, Contestant>;

export type ContestantName = keyof typeof CONTESTANTS;
