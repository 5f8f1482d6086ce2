import type { SkipReason } from '../api/failure-codes/skip-reasons.ts';
import type { Room } from '../host/room.ts';
import type { Line, ListOptions } from './list-options.ts';
import type { Look } from './look.ts';

/**
 * A place that holds files, as far as reading it goes. One store is rooted at one folder (/CASES, /BACKUPS, a mounted
 * volume); every path below is relative to it, `/`-separated, without a leading slash, '' is the root itself, and one that
 * climbs (`..`), or has an empty part or a NUL, is refused as PathInvalid.
 * The comments are the contract; test/store/conformance.ts holds every implementation to it. Stores retry what a retry can
 * heal (a network fault, a rate limit) and obey the signal everywhere. What they throw is a Failure that ends the run, or
 * Unavailable, which concerns one file only.
 */
export interface ReadableStore {
  /** The path as people know it: `/BACKUPS/2026-11-23_backup.zip`. */
  locate(path: string): string;

  /**
   * Proves that the store can be used, before any work: credentials accepted, namespace known. Throws exit
   * `credentials` or `configuration`. Does not require that the root folder exists.
   */
  identify(signal: AbortSignal): Promise<Identity>;

  /**
   * One folder, or with `recursive` everything below it. Pages come in the order in which they must be applied: a
   * later entry for the same key replaces an earlier one, a `deleted` removes the key and all below it, a parent may
   * come after its children or never, a page may be empty. After `restart`, everything yielded by this call so far
   * must be forgotten. A folder that does not exist throws Failure `refused`/`SourceMissing`. One below the root that
   * may not be read is `unusable`; when it is the very one that was asked for, that is thrown as Unavailable. A root
   * that can't be read throws a Failure, at the beginning or in the middle.
   */
  list(folder: string, options: ListOptions, signal: AbortSignal): AsyncIterable<Page>;

  /** The entry at a path now, or undefined. Never cached. */
  stat(path: string, signal: AbortSignal): Promise<FileEntry | FolderEntry | undefined>;

  /**
   * A whole small file (the caller bounds `file.size`), of exactly the listed revision: size and, where listed,
   * content_hash are checked and a wrong transfer is repeated. Throws Unavailable when there is no such content.
   */
  load(file: FileEntry, signal: AbortSignal): Promise<Loaded>;

  /**
   * The same for a file of any size, as chunks of at most 4 MiB; the generator returns the digest once everything was
   * checked, and throws after some chunks when it does not match, or when the content of that revision can't be had any
   * more. Network faults resume at the byte reached. Leaving the generator early closes the connection or file.
   * From the first `next` on, a store over a line may read ahead as far as there is room, one piece where none is given.
   */
  stream(file: FileEntry, signal: AbortSignal, room?: Room): AsyncGenerator<Buffer, Digest, void>;

  /**
   * `length` bytes at `offset` of that revision, exactly; throws `mismatch` when the object is shorter. Where its
   * content_hash is known, against which the caller holds what it reads, a file of another time is read too.
   */
  readRange(file: FileEntry, offset: number, length: number, signal: AbortSignal): Promise<Buffer>;

  close(): Promise<void>;
}

/** A store that a night lists: it can also tell what changed meanwhile. */
export interface Source extends ReadableStore {
  /**
   * A bookmark of the whole tree as it is now, for `changes`; undefined where the store keeps no history.
   * Taken before a listing, it tells afterwards what moved meanwhile.
   */
  bookmark(signal: AbortSignal): Promise<string | undefined>;
  /** What has changed below the root since the bookmark, by the same rules as `list`; `restart` means it expired. */
  changes(bookmark: string, signal: AbortSignal): AsyncIterable<Page>;
  /** Without bookmarks: a folder as it is now, to be held against the look of its listing; undefined if it can't be read. */
  look?(folder: string, signal: AbortSignal): Promise<Look | undefined>;
  /** Which volumes lie within the source, by their folder; another text for another volume. Throws when the source's own has gone. */
  volumes?(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Over a line, where each call has its price and many may be under way: what that means for a listing. Absent where none is. */
  readonly line?: Line;
  /** Where files have no id: an inode. Renamed and written a file keeps it; later it may be another one's. */
  numberOf?(file: FileEntry): string | undefined;
}

/** A store that can be written to: where backups lie, and where cases are given back to. */
export interface Store extends ReadableStore {
  readonly capabilities: Capabilities;

  /**
   * Stores a stream of unknown length under a name that must be free, creating parents. Resolves only when the
   * store's own metadata afterwards says the same size and content_hash as what was sent (else `mismatch`). When the
   * body or the store fails, nothing stands at `path`, or at worst an incomplete file that a later run removes. A chunk
   * of the body is only there until the next one is asked for.
   */
  write(path: string, body: AsyncIterable<Buffer>, options: WriteOptions, signal: AbortSignal): Promise<FileEntry>;

  /**
   * A small file, whole or not at all (at most 4 MiB). `expect` is 'absent', or the file that must be there now:
   * compare-and-swap, decided by the store. Throws Conflict when it is not so. The bytes stay the caller's.
   */
  put(path: string, bytes: Buffer, expect: Expected, signal: AbortSignal): Promise<FileEntry>;

  /**
   * A folder with all that is missing above it, on the disk or in the account when this resolves. Resolves too when it
   * is there already; throws Conflict when something else has its name or that of one above it.
   */
  makeFolder(path: string, signal: AbortSignal): Promise<void>;

  /** Renames a file; never replaces what is at `to` (throws Conflict). Resolves to the entry at `to`, size and content_hash unchanged. */
  move(from: FileEntry, to: string, signal: AbortSignal): Promise<FileEntry>;

  /** Removes exactly this revision of a file, never a folder. 'gone' when nothing is there any more; Conflict when something else is. */
  remove(file: FileEntry, signal: AbortSignal): Promise<'removed' | 'gone'>;

  /** Bytes used and allocated, or undefined where the store does not say or sets no limit. */
  space(signal: AbortSignal): Promise<Space | undefined>;

  /** The store's own clock, which judges lease expiry and tells a wrong local clock. */
  now(signal: AbortSignal): Promise<Date>;
}

/** What differs between stores and is no matter of one call. */
export interface Capabilities {
  /**
   * Every store makes its root when it is asked to write. Whether a night may ask for that: where not, a root that is
   * missing is a fault, because an unmounted volume looks the same.
   */
  readonly makesRoot: boolean;
}

export interface WriteOptions {
  /**
   * What the file gives as its time, whole seconds of it; absent: when it is written. Every store keeps 1970 to 2037,
   * and of a time beyond that the nearest one that it can: Dropbox 1970 to 9999, a folder what its file system has
   * (ext4 1901 to 2446, FAT 1980 to 2107 in steps of two seconds). The entry says which it is.
   */
  readonly modified?: Date | undefined;
}

/** What must stand at a path for a change: nothing, or this file, of which a content_hash decides where it was only touched. */
export type Expected = 'absent' | Pick<FileEntry, 'rev' | 'contentHash'>;

export interface Identity {
  /** Two roots of one realm can be compared, and may contain each other: an account, the file system of this machine. Unlike any other where none can. */
  readonly realm: string;
  /** Who the store takes us for; safe to print: an account id, never a token. Undefined for a directory. */
  readonly account?: string;
  /** The namespace that paths start in: pinned in the run record, because a change of it looks like an empty tree. */
  readonly namespace?: string;
  /** Where the root folder is, in a form in which two stores of one realm can be compared: id of the folder, or real path. */
  readonly root: RootIdentity;
}

export interface RootIdentity {
  readonly exists: boolean;
  /** Absolute, normalised (path_lower, or the real path): one contains another when it is a `/`-prefix of it. */
  readonly path: string;
  /** Ids of the folder and of its parents up to the top, nearest first; empty when it does not exist. */
  readonly lineage: readonly string[];
}

export type Page =
  | { readonly kind: 'entries'; readonly entries: readonly Entry[]; readonly looks?: readonly Look[] }
  | { readonly kind: 'restart' };

export type Entry = FileEntry | FolderEntry | DeletedEntry | UnusableEntry;

export interface FileEntry {
  readonly kind: 'file';
  /** Relative path for people and for reading; upper and lower case of the parents may be wrong. */
  readonly path: string;
  /** Relative path that identifies: two entries with equal keys are the same place (lower case where the store ignores case). */
  readonly key: string;
  /** The last component with its right case. */
  readonly name: string;
  /** Follows the file through renames. Undefined where the store has none that can be trusted. */
  readonly id?: string;
  /** Changes whenever the content does; what load, stream, readRange, move and remove are pinned to. */
  readonly rev: string;
  readonly size: number;
  /** When the file was last changed, as its author's computer said; to the second. */
  readonly modified: Date;
  /** What the store says in place of `modified`, where that is the nearest time that a file can have (file-time.ts). */
  readonly modifiedAsStored?: string;
  /** When the store received it, by the store's clock. */
  readonly stored: Date;
  /** Dropbox content_hash; undefined where it is known only after reading. */
  readonly contentHash?: string;
  /** For content that can only be had converted (Paper, Google Docs): the extension of what load gives, such as `.docx`. Its size is then not known in advance. */
  readonly exportedAs?: string;
}

export interface FolderEntry {
  readonly kind: 'folder';
  readonly path: string;
  readonly key: string;
  readonly name: string;
  readonly id?: string;
  /** Part of what lies in it is not told to us: the folder itself is accounted for as skipped, beside what is told. */
  readonly unseen?: SkipReason;
  /** Shared by itself: a listing of what is above it may show nothing of what it holds, where the rights to it are other ones. */
  readonly isShared?: true;
  /** What a lineage (RootIdentity) calls it, under whatever path it is found; undefined where the store can't tell. */
  readonly identity?: string;
}

export interface DeletedEntry {
  readonly kind: 'deleted';
  readonly key: string;
}

/** Something that is there but can't be backed up; it is accounted for as skipped. */
export interface UnusableEntry {
  readonly kind: 'unusable';
  /** Printable: what can't be shown is escaped. */
  readonly path: string;
  readonly key: string;
  readonly reason: SkipReason;
}

export interface Digest {
  readonly size: number;
  readonly sha256: string;
  readonly contentHash: string;
}

export interface Loaded {
  /** The caller's own: nobody else has a piece of it. */
  readonly bytes: Buffer;
  readonly digest: Digest;
  readonly crc32?: number | undefined;
}

export interface Space {
  readonly used: number;
  readonly allocated: number;
}

/** One file can't be had, for a reason that belongs in the skipped list; the night goes on without it. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly reason: SkipReason;
  constructor(reason: SkipReason, options?: ErrorOptions) {
    super(reason, options);
    this.reason = reason;
  }
}

/** The store holds something else than the caller expected: a lost compare-and-swap, a taken name, another revision. */
export class Conflict extends Error {
  override readonly name = 'Conflict';
}
