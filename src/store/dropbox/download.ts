import { Failure } from '../../host/errors.ts';
import type { Room } from '../../host/room.ts';
import type { Digest, FileEntry, Loaded } from '../store.ts';
import { piecesAhead, piecesInTurn } from './pieces.ts';
import { fillWhole } from './ranges.ts';
import { mismatch, type Reader, type Reading } from './transfer.ts';

/** A whole transfer that brought wrong bytes is repeated so often. */
const LOAD_TRIES = 3;
/** Up to here the archive loads a file whole (ranges.ts). */
const RANGES_FROM_BYTES = 8 * 1024 * 1024;

/**
 * The content of exactly the listed revision. Where there is room for it, a large file comes in ranges that are asked for
 * side by side. The end of a body proves nothing (a body without a length ends where it breaks off), so size and
 * content_hash decide; where neither listing nor download has a content_hash, the size alone. Where they differ, Failure
 * `mismatch`/`TransferMismatch` after all chunks, and the whole entry is to be read again.
 */
export async function* download(
  reader: Reader,
  file: FileEntry,
  signal: AbortSignal,
  room?: Room,
): AsyncGenerator<Buffer, Digest, void> {
  const hasher = reader.hashing.inPieces(file.size);
  const { reading, checked, lost } = startReading(reader, file, signal);
  const isAhead = room !== undefined && file.size > RANGES_FROM_BYTES;
  try {
    for await (const piece of isAhead ? piecesAhead(reading, room) : piecesInTurn(reading, 0)) {
      yield await hasher.update(piece).catch(lost);
    }
    return checked(hasher.digest());
  } finally {
    hasher.leave();
  }
}

export async function load(reader: Reader, file: FileEntry, signal: AbortSignal): Promise<Loaded> {
  for (let tries = 1; ; tries++) {
    const { reading, checked, lost } = startReading(reader, file, signal);
    try {
      const content = await fillWhole(reading);
      const loaded = await reader.hashing.whole(content).catch(lost);
      checked(loaded.digest);
      return loaded;
    } catch (error) {
      if (tries >= LOAD_TRIES || !(error instanceof Failure && error.code === 'TransferMismatch')) throw error;
    }
  }
}

interface Started {
  readonly reading: Reading;
  /** Gives the digest back if it is the right one. */
  checked(digest: Digest): Digest;
  /** What was hashed when its thread ended has gone with it. */
  lost(cause: unknown): never;
}

function startReading(reader: Reader, file: FileEntry, signal: AbortSignal): Started {
  let { contentHash } = file;
  const heard = (said: string): void => {
    contentHash ??= said;
  };
  return {
    reading: { ...reader, file, signal, heard },
    checked(digest) {
      if (contentHash !== undefined && digest.contentHash !== contentHash) {
        throw mismatch(file, `content_hash ${digest.contentHash} instead of ${contentHash}`);
      }
      reader.witness.had(file);
      return digest;
    },
    lost(cause) {
      throw mismatch(file, 'what was lost while it was hashed', cause);
    },
  };
}
