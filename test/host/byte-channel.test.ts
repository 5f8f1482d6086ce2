import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteChannel } from '../../src/host/byte-channel.ts';

const collect = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
  let text = '';
  for await (const chunk of chunks) text += chunk.toString();
  return text;
};

test('gives the reader everything in order and makes the writer wait at the limit', async () => {
  const channel = byteChannel(4);
  const read = collect(channel);
  assert.equal(channel.send(Buffer.from('ab')), undefined);
  for (const chunk of ['cdef', 'gh', 'ijklmnop']) await channel.send(Buffer.from(chunk));
  channel.end();
  assert.equal(await read, 'abcdefghijklmnop');
});

test('a writer that waits is released when the reader fails', async () => {
  const channel = byteChannel(1);
  const waiting = channel.send(Buffer.from('x'));
  channel.cancel(new Error('disk on fire'));
  await assert.rejects(async () => await waiting, /disk on fire/);
  await assert.rejects(async () => await channel.send(Buffer.from('y')), /disk on fire/);
});

test('a writer is released when the reader leaves early', async () => {
  const channel = byteChannel(1);
  const waiting = channel.send(Buffer.from('xx'));
  for await (const chunk of channel) {
    assert.equal(chunk.toString(), 'xx');
    break;
  }
  await waiting;
  await assert.rejects(async () => await channel.send(Buffer.from('y')), /stopped before the end/);
});

test('a reader that waits sees the failure of the writer', async () => {
  const channel = byteChannel(4);
  const read = collect(channel);
  channel.fail(new Error('source gone'));
  await assert.rejects(read, /source gone/);
});
