import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { ZipArchive as Archiver, type ZipEntryData } from 'archiver';
import { collectGarbageFor } from '../../src/host/memory.ts';
import { forEachParallel } from '../../src/host/parallel.ts';
import { createArchive, type Sink } from '../../src/zip/write/archive.ts';
import { writeEntries } from '../../src/zip/write/write-entries.ts';
import { endedChildrenCpuSeconds, peakOf, type Usage } from '../usage.ts';
import { asWritable, type Output } from './output.ts';
import { isByItself, SUFFIXES } from './suffixes.ts';
import { listTree, streamHashed, treeInput } from './tree.ts';

/** Reads a whole tree and writes its archive; resolves to the cost where it was not this process that had it. */
type Contestant = (folder: string, output: Output) => Promise<Usage | undefined>;

const MIB = 1024 * 1024;
/** Files read at once: the default of spec.transfer.maxConcurrentDownloads. */
const MAX_CONCURRENT_LOADS = 8;
/** How often a command's peak is looked at; it ends with the process, so the last look must be late enough. */
const LOOK_MS = 50;

/** What no archiver can beat on this machine: every byte read, CRC and both hashes computed, nothing written. */
async function floor(folder: string): Promise<undefined> {
  const { signal } = new AbortController();
  await forEachParallel(listTree(folder), MAX_CONCURRENT_LOADS, async (file) => {
    if (file.size > 8 * MIB) for await (const chunk of streamHashed(file.path)) crc32(chunk);
    else crc32((await treeInput(file).load(signal)).bytes);
  });
  return undefined;
}

async function caseBackup(folder: string, output: Output): Promise<undefined> {
  const files = listTree(folder);
  const work = await mkdtemp(join(tmpdir(), 'case-backup-bench-'));
  function* inputs() {
    for (const file of files) yield treeInput(file);
  }
  // As the job does it.
  collectGarbageFor(files.length);
  const sink: Sink = (chunk, release) => {
    const written = output.write(chunk);
    if (!written) release?.();
    return written;
  };
  const archive = await createArchive(sink, join(work, 'directory'));
  try {
    const options = {
      compression: 'Auto',
      maxConcurrentLoads: MAX_CONCURRENT_LOADS,
      signal: new AbortController().signal,
      onFailure(_: unknown, error: unknown): never {
        throw error;
      },
    } as const;
    let written = 0;
    for await (const { digest } of writeEntries(archive, inputs(), options)) {
      if (digest.contentHash.length === 64) written += 1;
    }
    if (written !== files.length) throw new Error(`${written} of ${files.length} files are in the archive`);
    await archive.finish();
  } finally {
    await archive.close();
    await rm(work, { recursive: true });
  }
  return undefined;
}

/** archiver with file(), as its documentation shows it; it computes no hashes. `isStored`: what is not deflated. */
function archiver(isStored: (name: string) => boolean): Contestant {
  return async (folder, output) => {
    const archive = new Archiver({ zlib: { level: 6 } });
    for (const { path, name, modified } of listTree(folder)) {
      const data: ZipEntryData = { name, date: modified, store: isStored(name) };
      archive.file(path, data);
    }
    await Promise.all([pipeline(archive, asWritable(output)), archive.finalize()]);
    return undefined;
  };
}

/** A command straight into the file, or into /dev/null where only its time is of interest. */
function program(command: string): Contestant {
  return (folder, output) => runShell(`exec ${command} > "$1"`, folder, output.path ?? '/dev/null');
}

async function runShell(script: string, folder: string, target: string): Promise<Usage> {
  const zip = spawn('sh', ['-c', script, 'sh', target], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  zip.once('error', reject);
  zip.once('close', resolve);
  let peakBytes = 0;
  const ended = new AbortController();
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      peakBytes = Math.max(peakBytes, peakOf(zip.pid ?? 0) ?? 0);
      await delay(LOOK_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  const code = await promise.finally(() => ended.abort());
  await watching;
  if (code !== 0) throw new Error(`${script} ended with code ${code}`);
  return { cpuSeconds: endedChildrenCpuSeconds(), peakBytes };
}

export const CONTESTANTS = {
  'read and hash only': floor,
  'case-backup': caseBackup,
  'archiver level 6': archiver(() => false),
  'archiver, stored': archiver(isByItself),
  'zip -6': program('zip -6 -q -r -D - .'),
  'zip -6 -n': program(`zip -6 -q -r -D -n ${SUFFIXES.join(':')} - .`),
  '7z -mmt2': program('7z a -tzip -mmt2 -bd -so archive.zip . 2>/dev/null'),
} satisfies Record<string, Contestant>;

export type ContestantName = keyof typeof CONTESTANTS;
