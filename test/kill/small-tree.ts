import { createHash } from 'node:crypto';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestTree } from '../dropbox/test-tree.ts';
import type { Contents } from '../night/truth.ts';

interface TreeFile {
  readonly path: string;
  readonly content: Buffer;
  readonly modified: Date;
}

/** More than two upload parts of 4 MiB, and of a kind that is streamed and not deflated. */
const FILM_BYTES = 9_500_000;

/** Five cases of three files, one of them large. */
export const SMALL_TREE: readonly TreeFile[] = [1, 2, 3, 4, 5].flatMap((n) => {
  const folder = `USA00${n}_Client ${n}`;
  const modified = new Date(Date.UTC(2025, n, n, n, n, n));
  return [
    { path: `${folder}/letter.txt`, content: Buffer.from(`Dear client ${n}, `.repeat(400 * n)), modified },
    { path: `${folder}/Mails/answer.eml`, content: Buffer.from(`Subject: case ${n}\r\n\r\n`.repeat(90)), modified },
    n === 1
      ? { path: `${folder}/film.mp4`, content: noise('film', FILM_BYTES), modified }
      : { path: `${folder}/scan.jpg`, content: noise(`scan ${n}`, 30_000 * n), modified },
  ];
});

export const SMALL_CONTENTS: Contents = new Map(
  SMALL_TREE.map(({ path, content }) => [path, createHash('sha256').update(content).digest('hex')]),
);

export function plantInDropbox(tree: TestTree): void {
  for (const { path, content, modified } of SMALL_TREE)
    tree.put(`/CASES/${path}`, content, { clientModified: modified });
}

export function plantInFolder(root: string): void {
  for (const { path, content, modified } of SMALL_TREE) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, modified, modified);
  }
}

/** The same bytes for the same seed, without a pattern that could be compressed. */
function noise(seed: string, length: number): Buffer {
  const pieces: Buffer[] = [];
  for (let n = 0; n * 32 < length; n++) pieces.push(createHash('sha256').update(`${seed} ${n}`).digest());
  return Buffer.concat(pieces).subarray(0, length);
}
