import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Clock } from '../../src/host/clock.ts';
import { BLOCK_BYTES, type BlockHasher, blockHasher, hashOfBlocks } from './block-hasher.ts';
import { type Content, type ContentStore, memoryContent } from './contents.ts';
import type { FileNode } from './nodes.ts';
import type { Body } from './request-body.ts';
import { Refusal } from './wire.ts';

/** A session can be used for seven days from its start. */
const LIFETIME_MS = 7 * 24 * 3_600_000;

export interface Session {
  readonly id: string;
  readonly concurrent: boolean;
  readonly started: number;
  readonly file: string;
  /** Sequential: bytes so far. Concurrent: the highest end of a block. */
  size: number;
  closed: boolean;
  /** Sequential: over everything so far. */
  hasher: BlockHasher;
  /** Concurrent: digest by block number. */
  readonly blocks: Map<number, Buffer>;
  /** Set when it was ready to be committed; a finish that was refused for its path may come again. */
  content: Content | undefined;
  finished: FileNode | undefined;
}

export interface SessionTable {
  start(concurrent: boolean): Session;
  /** Refused with not_found when unknown or a week old. */
  find(id: string): Session;
  all(): readonly Session[];
}

export function sessionTable(clock: Clock, contents: ContentStore): SessionTable {
  const sessions = new Map<string, Session>();
  return {
    start(concurrent) {
      const id = `pid_upload_session:${randomBytes(38).toString('base64url').slice(0, 50)}`;
      const session: Session = {
        id,
        concurrent,
        started: clock.now().getTime(),
        file: contents.newFile(),
        size: 0,
        closed: false,
        hasher: blockHasher(),
        blocks: new Map(),
        content: undefined,
        finished: undefined,
      };
      sessions.set(id, session);
      return session;
    },
    find(id) {
      const session = sessions.get(id);
      const expired = session !== undefined && clock.now().getTime() - session.started >= LIFETIME_MS;
      if (session === undefined || expired) throw new Refusal('not_found');
      return session;
    },
    all: () => [...sessions.values()],
  };
}

export function checkAppend(session: Session, offset: number, length: number, close: boolean, maxBytes: number): void {
  if (session.closed) throw new Refusal('closed');
  if (offset + length > maxBytes) throw new Refusal('too_large');
  if (session.concurrent) {
    if (offset % BLOCK_BYTES !== 0) throw new Refusal('concurrent_session_invalid_offset');
    if (!close && length % BLOCK_BYTES !== 0 && !isRepeat(session, offset, length)) {
      throw new Refusal('concurrent_session_invalid_data_size');
    }
  } else if (offset !== session.size) {
    throw new Refusal('incorrect_offset', { correct_offset: session.size });
  }
}

/** Blocks sent again after a lost acknowledgement are welcome in concurrent sessions. */
function isRepeat(session: Session, offset: number, length: number): boolean {
  if (!session.concurrent || length === 0) return false;
  for (let at = offset; at < offset + length; at += BLOCK_BYTES) {
    if (!session.blocks.has(at / BLOCK_BYTES)) return false;
  }
  return offset + length <= session.size;
}

/** The session's state moves on before the write, so that two requests for the same offset cannot both pass. */
export async function store(session: Session, offset: number, body: Body, close: boolean): Promise<void> {
  if (session.concurrent) {
    for (const [index, digest] of body.blocks().entries()) session.blocks.set(offset / BLOCK_BYTES + index, digest);
    session.size = Math.max(session.size, offset + body.length);
  } else {
    for (const piece of body.pieces) session.hasher.update(piece);
    session.size = offset + body.length;
  }
  if (close) session.closed = true;
  if (body.length > 0) await writeAt(session.file, offset, body);
}

/** What `finish` would commit; refused where the session is not ready for it. */
export async function contentOf(session: Session, offset: number, contents: ContentStore): Promise<Content> {
  const count = Math.ceil(session.size / BLOCK_BYTES);
  if (session.concurrent) {
    if (!session.closed) throw new Refusal('concurrent_session_not_closed');
    if (session.blocks.size < count) throw new Refusal('concurrent_session_missing_data');
  }
  if (offset !== session.size) {
    throw new Refusal('lookup_failed/incorrect_offset', { correct_offset: session.size });
  }
  session.content ??= await collected(session, count, contents);
  return session.content;
}

async function collected(session: Session, count: number, contents: ContentStore): Promise<Content> {
  if (session.size === 0) return memoryContent(Buffer.alloc(0));
  const digests = Array.from({ length: count }, (_, index) => session.blocks.get(index) ?? Buffer.alloc(0));
  const hash = session.concurrent ? hashOfBlocks(digests) : session.hasher.hex();
  return await contents.adopt(session.file, session.size, hash);
}

export async function writeAt(file: string, offset: number, body: Body): Promise<void> {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT);
  try {
    const { bytesWritten } = await handle.writev([...body.pieces], offset);
    if (bytesWritten !== body.length) throw new Error(`${file} took ${bytesWritten} of ${body.length} bytes`);
  } finally {
    await handle.close();
  }
}
