import assert from 'node:assert/strict';
import type { Digest, FileEntry, Source, Store } from '../../src/store/store.ts';
import type { Emulator } from '../dropbox/emulator.ts';
import { digestOf, fileAt, MIB, pattern } from './conformance/fixture.ts';
import type { Fixture } from './dropbox-fixture.ts';

export const DOWNLOAD = 'files/download';
const BIG = 37 * MIB + 17;
/** Of a MiB up to 32 MiB, then one of 4 MiB and one of a MiB and 17 bytes. */
export const RANGES = 34;

export interface Large {
  readonly store: Store & Source;
  readonly file: FileEntry;
  readonly bytes: Buffer;
}

export async function putLarge(fixture: Fixture, size = BIG): Promise<Large> {
  const bytes = pattern(size);
  fixture.emulator.tree.put('/CASES/film.mp4', bytes);
  const store = fixture.at('/CASES');
  return { store, file: await fileAt(store, 'film.mp4'), bytes };
}

export const downloads = (emulator: Emulator): number => emulator.stats().routes[DOWNLOAD]?.requests ?? 0;

export function assertWhole({ bytes }: Large, read: { readonly chunks: Buffer[]; readonly digest: Digest }): void {
  assert.ok(Buffer.concat(read.chunks).equals(bytes));
  assert.deepEqual(read.digest, digestOf(bytes));
  assert.ok(read.chunks.every((chunk) => chunk.length > 0 && chunk.length <= 4 * MIB));
}
