import type { BigIntStats } from 'node:fs';
import { lstat, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hashBytes } from '../content-hash.ts';
import { Conflict, type Expected, type FileEntry } from '../store.ts';
import { withClaim } from './claims/claim.ts';
import { temporaryPathFor } from './claims/leftovers.ts';
import { discard, makeFolder, renameToFree, syncFolder, writeDurably } from './durable.ts';
import { absolutePath, fileEntry, statOf } from './entry.ts';
import { writing } from './faults.ts';
import { expectMeant, type Meant } from './meant.ts';
import { isSameFile, revisionOf } from './revision.ts';
import type { Volume } from './volume.ts';

/** Written beside its place and renamed into it under a claim, so that it is there whole or not at all. */
export async function putFile(
  volume: Volume,
  { path, bytes, expect }: { readonly path: string; readonly bytes: Buffer; readonly expect: Expected },
  signal: AbortSignal,
): Promise<FileEntry> {
  signal.throwIfAborted();
  const target = absolutePath(volume.root, path);
  await volume.throttle?.take(bytes.length, signal);
  if (expect === 'absent') await makeFolder(dirname(target), volume.modes);
  const meant = expect === 'absent' ? undefined : ({ ...expect, path, proof: 'bytes' } as const);
  if (meant) await expectMeant(volume, meant, signal);
  const temporary = temporaryPathFor(target);
  try {
    await writeDurably(temporary, bytes, volume.modes);
    return await withClaim(volume, target, signal, async (claim) => {
      if (meant) await expectMeant(volume, meant, signal);
      const own = await writing(temporary, lstat(temporary, { bigint: true }));
      await claim.confirm();
      if (meant || (await isInOurWay(volume, path))) await writing(target, rename(temporary, target));
      else await renameToFree(temporary, target);
      return await settled(volume, { path, own, contentHash: hashBytes(bytes).contentHash, proof: 'bytes' }, signal);
    });
  } finally {
    await discard(temporary);
  }
}

/**
 * A link, pipe or device in a folder of ours, where one of our files belongs. Nobody reads it as that file, and nobody's
 * work is in it, but as long as it stands no night could begin. It is replaced, never followed.
 */
async function isInOurWay({ root, ownFolders }: Volume, path: string): Promise<boolean> {
  if (!ownFolders.includes(dirname(path))) return false;
  const target = absolutePath(root, path);
  const stats = await writing(target, statOf(target));
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** A link that leads to a folder is none, but for the root: what is written there would land elsewhere. */
export async function addFolder({ root, modes }: Volume, path: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const target = absolutePath(root, path);
  if (path === '') return await makeFolder(target, modes);
  const there = await writing(target, statOf(target));
  if (there && !there.isDirectory()) throw new Conflict(`${target} is no folder`);
  await makeFolder(target, modes);
  // Whoever had made it may have died before its name was on the disk.
  await syncFolder(dirname(target));
}

export async function moveFile(volume: Volume, from: FileEntry, to: string, signal: AbortSignal): Promise<FileEntry> {
  signal.throwIfAborted();
  const source = absolutePath(volume.root, from.path);
  const target = absolutePath(volume.root, to);
  if (source === target) throw new Conflict(`${target} can't be moved to itself`);
  const meant = { ...from, proof: 'size and time' } as const;
  const rev = revisionOf(await expectMeant(volume, meant, signal));
  await makeFolder(dirname(target), volume.modes);
  return await withClaim(volume, target, signal, async (claim) => {
    // Not its bytes again: a claim is held for milliseconds.
    const own = await expectMeant(volume, { path: from.path, rev, proof: 'size and time' }, signal);
    await claim.confirm();
    await renameToFree(source, target);
    const moved = await settled(volume, { ...meant, path: to, own }, signal);
    await syncFolder(dirname(source));
    return moved;
  });
}

export async function removeFile(volume: Volume, file: FileEntry, signal: AbortSignal): Promise<'removed' | 'gone'> {
  signal.throwIfAborted();
  const target = absolutePath(volume.root, file.path);
  if ((await writing(target, statOf(target))) === undefined) return 'gone';
  const rev = revisionOf(await expectMeant(volume, { ...file, proof: 'size and time' }, signal));
  return await withClaim(volume, target, signal, async (claim) => {
    if ((await writing(target, statOf(target))) === undefined) return 'gone';
    await expectMeant(volume, { path: file.path, rev, proof: 'size and time' }, signal);
    await claim.confirm();
    await writing(target, unlink(target));
    await syncFolder(dirname(target));
    return 'removed';
  });
}

/**
 * The entry under its new name, once the name is on the disk. A process that was frozen right after its change finds what
 * others have put there since, and their revision in its hands would let its next swap overwrite them: it throws Conflict.
 */
async function settled(
  volume: Volume,
  { own, ...made }: Omit<Meant, 'rev'> & { readonly own: BigIntStats },
  signal: AbortSignal,
): Promise<FileEntry> {
  const { path, contentHash } = made;
  const absolute = absolutePath(volume.root, path);
  const there = await writing(absolute, statOf(absolute));
  const isOwn = there !== undefined && isSameFile(own, there);
  // Some FUSE file systems number a file anew with its name.
  const stats = isOwn ? there : await expectMeant(volume, { ...made, rev: revisionOf(own) }, signal);
  await syncFolder(dirname(absolute));
  return fileEntry(path, stats, contentHash);
}
