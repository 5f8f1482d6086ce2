import { setImmediate as others } from 'node:timers/promises';
import { blockDigests, hashBytes } from '../../src/store/content-hash.ts';
import type { Client } from '../../src/store/dropbox/api/client.ts';
import type { HttpAnswer } from '../../src/store/dropbox/api/http.ts';
import type { UploadOptions } from '../../src/store/dropbox/upload/write.ts';
import { write } from '../../src/store/dropbox/upload/write.ts';
import { MIB, never } from './conformance/fixture.ts';

/** Simulated time does not wait for a thread. */
const HASHED_HERE = { blocks: async (bytes: Buffer) => blockDigests(bytes) };

/** Rates in MiB a second. */
export interface LineOptions {
  readonly line: number;
  readonly connection?: number;
  /** Of each call, beside its bytes. */
  readonly latencyMs: number;
  readonly archive: { readonly mib: number; readonly rate: number };
  readonly upload?: UploadOptions;
}

export interface Seen {
  /** The bytes of each append, in order, the closing one among them. */
  readonly appends: readonly number[];
  /** What had not yet passed the line when the archive ended. */
  readonly leftMib: number;
  /** Between the end of the archive and the end of the upload. */
  readonly tailMs: number;
}

const zeros = Buffer.alloc(MIB / 2);
/** What the archive may be ahead. */
const WINDOW = 32 * MIB;

interface Call {
  left: number;
  until: number;
  resolve(): void;
}

/** Uploads an archive over a line, both at their own rates, in a time of its own: a millisecond passes when nobody has anything left to do. */
export async function uploadOver({ line, connection = line, latencyMs, archive, upload }: LineOptions): Promise<Seen> {
  const calls = new Set<Call>();
  const appends: number[] = [];
  // No archive ends with a block.
  const size = archive.mib * MIB - 1000;
  let now = 0;
  let made = 0;
  let taken = 0;
  let passed = 0;
  let endedAt: number | undefined;
  let leftMib = 0;
  let sourceWaits: (() => void) | undefined;
  let isDone = false;

  const client = fakeClient(async (route, bytes) => {
    if (route === 'files/upload_session/append_v2') appends.push(bytes);
    await new Promise<void>((resolve) => calls.add({ left: bytes, until: Number.POSITIVE_INFINITY, resolve }));
  }, size);
  async function* source(): AsyncGenerator<Buffer> {
    while (taken < size) {
      const chunk = zeros.subarray(0, size - taken);
      while (made - taken < chunk.length) await new Promise<void>((resolve) => (sourceWaits = resolve));
      taken += chunk.length;
      yield chunk;
    }
    endedAt = now;
    leftMib = (size - passed) / MIB;
  }
  const millisecond = (): void => {
    now += 1;
    made = Math.min(size, taken + WINDOW, made + (archive.rate * MIB) / 1000);
    sourceWaits?.();
    const sending = [...calls].filter(({ left }) => left > 0);
    const each = Math.min(connection, line / Math.max(1, sending.length)) * (MIB / 1000);
    for (const call of calls) {
      const moved = Math.min(call.left, each);
      passed += moved;
      call.left -= moved;
      if (call.left === 0 && call.until === Number.POSITIVE_INFINITY) call.until = now + latencyMs;
      if (call.until > now) continue;
      calls.delete(call);
      call.resolve();
    }
  };

  const options = upload ?? { partBytes: 16 * MIB, maxConcurrent: 4 };
  const written = write({ client, hashing: HASHED_HERE, path: '/x.zip' }, source(), options, never).finally(
    () => (isDone = true),
  );
  while (!isDone) {
    millisecond();
    for (let turn = 0; turn < 4; turn++) await others();
  }
  await written;
  return { appends, leftMib, tailMs: now - (endedAt ?? 0) };
}

/** Everything works the first time. */
function fakeClient(carry: (route: string, bytes: number) => Promise<void>, size: number): Client {
  const stored = { size, content_hash: hashBytes(Buffer.alloc(size)).contentHash };
  const content: Client['content'] = async (route, _argument, { body }) => {
    await carry(route, body?.length ?? 0);
    const isCommit = route === 'files/upload' || route === 'files/upload_session/finish';
    const answer = isCommit ? stored : { session_id: 'a session' };
    let text = Buffer.from(JSON.stringify(answer));
    const fill: HttpAnswer['fill'] = async (target, came) => {
      const copied = text.copy(target);
      text = text.subarray(copied);
      came(copied);
    };
    const isOver = async (): Promise<boolean> => text.length === 0;
    return { status: 200, header: () => undefined, fill, isOver, discard: () => undefined };
  };
  const run = <T>(attempt: () => Promise<T>): Promise<T> => attempt();
  return { content, account: { retrying: { run } } } as unknown as Client;
}
