import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  FILES_LIST,
  FORMAT_VERSION,
  MANIFEST,
  type Manifest,
  megabytes,
  NOWHERE,
  placeWith,
  READ_ME,
  SUMS,
} from '../../src/repository/manifest.ts';
import { type BackupFile, openBackup } from '../../src/repository/open-backup.ts';
import type { Compression, ZipInput, ZipWritten } from '../../src/zip/entry.ts';
import type { ReadRange } from '../../src/zip/read/byte-run.ts';
import { createArchive } from '../../src/zip/write/archive.ts';
import { type WriteOptions, writeEntries } from '../../src/zip/write/write-entries.ts';
import { collect, NOON, options, temporaryFolder } from '../zip/fixture.ts';
import { type SparseBytes, sparseBytes } from './sparse-bytes.ts';

/** A backup in memory, as a night lays it out, with the ranges that were asked for since it was last opened. */
export interface MadeBackup {
  readonly bytes: SparseBytes;
  readonly manifest: Manifest;
  readonly asked: [offset: number, length: number][];
  open(): Promise<BackupFile>;
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A file with its sum; `CASES/a/` for an empty folder. */
export function file(name: string, content: Buffer | string = ''): ZipInput<string> {
  const bytes = Buffer.from(content);
  return {
    name,
    modified: NOON,
    size: bytes.length,
    load: async () => ({ bytes: Buffer.from(bytes), digest: sha256(bytes) }),
    async *stream() {
      yield Buffer.from(bytes);
      return sha256(bytes);
    },
  };
}

export interface Making extends Partial<WriteOptions<string>> {
  /** Cases that come without an entry, since nothing of them could be read. */
  readonly withoutEntries?: readonly string[];
  /** What the manifest says, where that is not the truth. */
  readonly change?: (manifest: Manifest) => unknown;
  /** What stands in files.jsonl instead of the files' lines. */
  readonly list?: Buffer;
}

/** `inputs` are named as in the archive and come in its order. */
export async function madeBackup(
  t: TestContext,
  inputs: Iterable<ZipInput<string>>,
  { withoutEntries = [], change, list: told, ...changes }: Making = {},
): Promise<MadeBackup> {
  const bytes = sparseBytes();
  const zip = await createArchive((chunk) => void bytes.append(chunk), join(await temporaryFolder(t), 'spool'));
  t.after(() => zip.close());
  const add = (added: Iterable<ZipInput<string>>, compression: Compression): Promise<ZipWritten<string>[]> =>
    collect(writeEntries(zip, added, { ...options, compression, ...changes }));

  const sums = await add([file(READ_ME, 'read me')], 'Auto');
  const written = await add(inputs, 'Auto');
  const files = written.filter(({ name }) => !name.endsWith('/'));
  const list = told ?? Buffer.from(files.map((one) => `${JSON.stringify(lineOf(one))}\n`).join(''));
  sums.push(...files, ...(await add([file(FILES_LIST, list)], 'Auto')));
  const manifest = manifestOf(written, withoutEntries);
  Object.assign(manifest, {
    files_list: { name: FILES_LIST, sha256: sha256(list), bytes: list.length },
    entries: zip.entries + 2,
    gaps: zip.gaps,
    preceding: { bytes: zip.bytes, crc32: zip.crc32.toString(16).padStart(8, '0') },
  });
  change?.(manifest);
  sums.push(...(await add([file(MANIFEST, JSON.stringify(manifest, null, 2))], 'Store')));
  await add([file(SUMS, sums.map(({ digest, name }) => `${digest}  ${name}\n`).join(''))], 'Store');
  await zip.finish();

  const asked: [number, number][] = [];
  const read: ReadRange = async (offset, length) => {
    asked.push([offset, length]);
    return bytes.read(offset, length);
  };
  const open = (): Promise<BackupFile> => {
    asked.length = 0;
    return openBackup(read, bytes.length, 'it');
  };
  return { bytes, manifest, asked, open };
}

function lineOf({ name, size, digest }: ZipWritten<string>) {
  const path = name.slice('CASES/'.length);
  const modified = NOON.toISOString();
  return { archive: name, path, size, sha256: digest, content_hash: digest, modified, rev: '1' };
}

function manifestOf(written: readonly ZipWritten<string>[], withoutEntries: readonly string[]): Manifest {
  const cases = new Map<string, Manifest['cases'][number]>();
  const loose = { files: 0, bytes: 0, skipped: 0 };
  const caseNamed = (name: string): Manifest['cases'][number] => {
    const fresh = { name, folder: `CASES/${name}`, files: 0, bytes: 0, skipped: 0 };
    const found = cases.get(name) ?? { ...fresh, fingerprint: sha256(Buffer.from(name)), at: NOWHERE };
    cases.set(name, found);
    return found;
  };
  for (const one of written) {
    const [, name = '', ...rest] = one.name.split('/');
    const ofCase = rest.length > 0 ? caseNamed(name) : undefined;
    const tally = ofCase ?? loose;
    if (ofCase) ofCase.at = placeWith(ofCase.at, one);
    if (!one.name.endsWith('/')) tally.files += 1;
    tally.bytes += one.size;
  }
  for (const name of withoutEntries) caseNamed(name);
  const all = [...cases.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const total_files = written.filter(({ name }) => !name.endsWith('/')).length;
  const total_bytes = written.reduce((sum, { size }) => sum + size, 0);
  return {
    backup_date: NOON.toISOString(),
    total_cases: all.length,
    total_files,
    total_size_mb: megabytes(total_bytes),
    dropbox_sync_status: 'ok',
    cases_included: all.map(({ name }) => name),
    format_version: FORMAT_VERSION,
    run_id: '20240229T123457Z-00000000',
    policy: 'nightly',
    source: { location: '/CASES' },
    total_bytes,
    listed_files: total_files,
    skipped_files: 0,
    files_list: { name: FILES_LIST, sha256: '', bytes: 0 },
    entries: 0,
    gaps: [],
    preceding: { bytes: 0, crc32: '' },
    cases: all,
    loose_files: loose,
  };
}
