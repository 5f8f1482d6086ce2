import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { RunReport } from '../../../src/api/report.ts';
import { readFileLines } from '../../../src/repository/file-lines.ts';
import { openBackup } from '../../../src/repository/open-backup.ts';
import { type FileNode, keyOf } from '../../store/memory/memory-tree.ts';
import type { World } from './world.ts';

/** The files of a world at some moment, by id, and when that was. */
export interface Snapshot {
  readonly files: ReadonlyMap<string, FileNode>;
  readonly changes: number;
}

export const snapshotOf = (world: World): Snapshot => ({ files: filesOf(world), changes: world.tree.changes.length });

function filesOf({ tree, root }: World): Map<string, FileNode> {
  const files = tree.below(root).flatMap((node) => (node.kind === 'file' ? [[node.id, node] as const] : []));
  return new Map(files);
}

/**
 * Every file that was there when a night began and when it had ended, unchanged, is in its backup with the bytes that it
 * has, wherever it was moved meanwhile; or it is named as missing by itself or by a folder above it, and then the night
 * does not say that it is complete. Returns how many there were.
 */
export async function assertNothingIsMissing(world: World, before: Snapshot, report: RunReport): Promise<number> {
  const { archived, missing } = await linesOf(world, report);
  assert.equal(report.result === 'Succeeded', missing.size === 0, `${report.result} with ${missing.size} missing`);
  assert.equal(report.skippedFiles, missing.size);
  let unchanged = 0;
  const after = filesOf(world);
  const meanwhile = world.tree.changes.slice(before.changes).flatMap(({ node }) => node ?? []);
  for (const [id, file] of before.files) {
    if (after.get(id)?.rev !== file.rev) continue;
    unchanged += 1;
    const sha256 = archived.get(id);
    const places = [file, ...meanwhile.filter((node) => node.id === id)];
    const keys = places.map(({ path }) => keyOf(path.slice(world.root.length + 1)));
    if (sha256 === undefined) {
      const isNamed = keys.some((key) => isCovered(key, missing));
      assert.ok(isNamed, `${keys.join(', then ')} is neither in the backup nor named as missing`);
    } else assert.equal(sha256, createHash('sha256').update(file.bytes).digest('hex'), keys[0]);
  }
  return unchanged;
}

/** What a stored backup says of itself: the sums of its files by id, and the paths of what it has not. */
async function linesOf(
  { tree }: World,
  { backup }: RunReport,
): Promise<{ readonly archived: ReadonlyMap<string, string>; readonly missing: ReadonlySet<string> }> {
  assert.ok(backup);
  const stored = tree.get(backup.path);
  assert.ok(stored?.kind === 'file', `${backup.path} stands`);
  const { bytes } = stored;
  const read = async (offset: number, length: number): Promise<Buffer> =>
    Buffer.from(bytes.subarray(offset, offset + length));
  const archived = new Map<string, string>();
  const missing = new Set<string>();
  for await (const line of readFileLines(await openBackup(read, bytes.length, backup.path), () => undefined)) {
    if ('skipped' in line) missing.add(keyOf(line.path));
    else archived.set(line.id ?? '', line.sha256);
  }
  return { archived, missing };
}

/** Whether the path, or a folder above it, is among them. */
function isCovered(key: string, missing: ReadonlySet<string>): boolean {
  for (let path = key; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/'))))
    if (missing.has(path)) return true;
  return false;
}
