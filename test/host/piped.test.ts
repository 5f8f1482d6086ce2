import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ByteChannel } from '../../src/host/byte-channel.ts';
import { piped } from '../../src/host/piped.ts';
import { untilAborted } from '../../src/host/until-aborted.ts';

const LIMIT = 4;
const never = new AbortController().signal;

/** Sends for as long as it is let, as an archive does. */
async function writeForEver(send: ByteChannel['send'], signal: AbortSignal): Promise<never> {
  for (;;) {
    signal.throwIfAborted();
    await send(Buffer.from('abc'));
    await sleep(0);
  }
}

async function readAll(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk.toString();
  return text;
}

test('gives back what both ends made', async () => {
  const write = async (send: ByteChannel['send']): Promise<number> => {
    for (const piece of ['ab', 'cdef', 'g']) await send(Buffer.from(piece));
    return 3;
  };
  assert.deepEqual(await piped(LIMIT, { write, read: readAll }, never), { written: 3, read: 'abcdefg' });
});

for (const cleaning of [0, 1, 50]) {
  test(`a reader whose cleaning up takes ${cleaning} ms is still the one whose error is thrown`, async () => {
    const read = async (chunks: AsyncIterable<Buffer>): Promise<never> => {
      let count = 0;
      try {
        for await (const _ of chunks) if (++count === 3) throw new Error('disk full');
      } finally {
        await sleep(cleaning);
      }
      throw new Error('not reached');
    };
    await assert.rejects(piped(LIMIT, { write: writeForEver, read }, never), /^Error: disk full$/);
  });
}

test('a writer that fails ends the reader, and its error is thrown when both have ended', async () => {
  let isReading = true;
  const write = async (send: ByteChannel['send']): Promise<never> => {
    await send(Buffer.from('abc'));
    throw new Error('source gone');
  };
  const read = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
    try {
      return await readAll(chunks);
    } finally {
      await sleep(10);
      isReading = false;
    }
  };
  await assert.rejects(piped(LIMIT, { write, read }, never), /^Error: source gone$/);
  assert.equal(isReading, false);
});

test('a reader that is content before the end is a failure', async () => {
  const read = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
    for await (const chunk of chunks) return chunk.toString();
    return '';
  };
  await assert.rejects(piped(LIMIT, { write: writeForEver, read }, never), /the reader stopped before the end/);
});

test('an abort from outside ends both with its reason', async () => {
  const outer = new AbortController();
  const read = (_: AsyncIterable<Buffer>, signal: AbortSignal): Promise<never> =>
    untilAborted(new Promise<never>(() => undefined), signal);
  const running = piped(1000, { write: writeForEver, read }, outer.signal);
  setTimeout(() => outer.abort(new Error('SIGTERM')), 10);
  await assert.rejects(running, /^Error: SIGTERM$/);
});
