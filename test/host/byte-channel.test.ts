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

test('a chunk is released when the reader asks for the next one, not before', async () => {
  const channel = byteChannel(100);
  const released: string[] = [];
  for (const text of ['ab', 'cd']) await channel.send(Buffer.from(text), () => released.push(text));
  channel.end();
  const reader = channel[Symbol.asyncIterator]();
  await reader.next();
  assert.deepEqual(released, []);
  await reader.next();
  assert.deepEqual(released, ['ab']);
  assert.equal((await reader.next()).done, true);
  assert.deepEqual(released, ['ab', 'cd']);
});

test('a chunk on which the reader gave up is not released: it may still be in use', async () => {
  const channel = byteChannel(100);
  await channel.send(Buffer.from('ab'), () => assert.fail('released'));
  for await (const _ of channel) break;
});

test('a writer that waits is released when the reader fails', async () => {
  const channel = byteChannel(1);
  const waiting = channel.send(Buffer.from('x'));
  channel.fail(new Error('disk on fire'));
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
