import { hashBytes } from '../content-hash.ts';
import { hashingAside } from '../hash-aside.ts';
import type { Source, Store } from '../store.ts';
import type { DropboxAccount } from './api/account.ts';
import { createClient, type Namespace } from './api/client.ts';
import { refusal } from './api/refusals.ts';
import { addFolder, moveFile, removeFile } from './change.ts';
import { download, load } from './download.ts';
import { toFile, toFolder } from './entries.ts';
import { exportDocument } from './export.ts';
import { identify, space } from './identify.ts';
import { createListing, PAGE_LIMIT } from './listing.ts';
import { lookup } from './lookup.ts';
import { pathsBelow } from './paths.ts';
import { readRange } from './read-range.ts';
import { checkStored, commitFailure, uploadWhole } from './upload/commit.ts';
import { type UploadOptions, write } from './upload/write.ts';
import { createWitness } from './witness.ts';

export interface DropboxStoreOptions {
  /** Absolute: `/CASES`. */
  readonly root: string;
  readonly namespace: Namespace;
  readonly upload: UploadOptions;
}

/**
 * A quarter of the downloads that follow, and of much less weight. Dropbox names no number, counts per authorisation, and says
 * by 429 when it is too much, which the account waits out for all.
 */
const LISTINGS_AT_ONCE = 16;
/** What a use of a store begins with: looks at both roots and the lease, then at what lies there, with a bookmark; and the lease is put. */
const FIRST_CALLS_AT_ONCE = 7;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** One thread for all accounts of the process. */
const HASHING = hashingAside();

/** One folder of an account. Closing it leaves the account open, which other stores may share: that is closed apart. */
export function openDropboxStore(account: DropboxAccount, options: DropboxStoreOptions): Store & Source {
  const client = createClient(account, options.namespace);
  const paths = pathsBelow(options.root);
  const listing = createListing(client, paths);
  const reader = { client, witness: createWitness(client), hashing: HASHING };
  account.expect('calls', FIRST_CALLS_AT_ONCE);
  account.expect('transfers', 1);

  return {
    capabilities: { makesRoot: true },
    line: {
      listingsAtOnce: LISTINGS_AT_ONCE,
      entriesPerCall: PAGE_LIMIT,
      expectReads: (files) => account.expect('transfers', files),
    },
    locate: (path) => paths.absolute(path) || '/',
    identify: (signal) => identify(client, paths, signal),
    list: listing.list,
    bookmark(signal) {
      account.expect('calls', LISTINGS_AT_ONCE);
      return listing.bookmark(signal);
    },
    changes: listing.changes,

    async stat(path, signal) {
      const where = paths.absolute(path);
      if (where === '') return { kind: 'folder', path: '', key: '', name: '' };
      try {
        const found = await lookup(client, where, signal);
        if (found?.['.tag'] === 'file') return toFile(found, paths);
        return found?.['.tag'] === 'folder' ? toFolder(found, paths) : undefined;
      } catch (error) {
        throw refusal(error, `looking up ${where}`);
      }
    },

    load: (file, signal) =>
      file.exportedAs === undefined
        ? load(reader, file, signal)
        : exportDocument(client, file, file.id ?? paths.absolute(file.path), signal),

    async *stream(file, signal, room) {
      if (file.exportedAs === undefined) return yield* download(reader, file, signal, room);
      const { bytes, digest } = await exportDocument(client, file, file.id ?? paths.absolute(file.path), signal);
      for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
      return digest;
    },

    readRange: (file, offset, length, signal) => readRange(client, file, { offset, length }, signal),

    async write(path, body, { modified }, signal) {
      account.expect('uploads', 1);
      const target = { client, hashing: HASHING, path: paths.absolute(path), modified };
      return toFile(await write(target, body, options.upload, signal), paths);
    },

    async put(path, bytes, expect, signal) {
      const where = paths.absolute(path);
      const commit = { client, path: where, content: hashBytes(bytes), expected: expect, signal };
      try {
        return toFile(await checkStored(commit, await uploadWhole(commit, bytes)), paths);
      } catch (error) {
        throw commitFailure(error, where);
      }
    },

    async makeFolder(path, signal) {
      signal.throwIfAborted();
      const where = paths.absolute(path);
      // The top of an account is always there, and has no name to be made by.
      if (where !== '') await addFolder(client, where, signal);
    },

    async move(from, to, signal) {
      const move = { file: from, from: paths.absolute(from.path), to: paths.absolute(to) };
      return toFile(await moveFile(client, move, signal), paths);
    },

    remove: (file, signal) => removeFile(client, file, paths.absolute(file.path), signal),
    space: (signal) => space(client, signal),
    now: (signal) => account.now(signal),
    close: async () => undefined,
  };
}
