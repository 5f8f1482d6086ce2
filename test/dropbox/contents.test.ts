import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { contentHash } from './block-hasher.ts';
import { type Emulator, startEmulator } from './emulator.ts';

describe('Contents that lie on the disk', () => {
  // More than the sockets of loopback hold for a client that does not read.
  const bytes = randomBytes(24_000_001);
  let folder: string;
  let emulator: Emulator;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dropbox-contents-'));
    const file = path.join(folder, 'scan.pdf');
    await writeFile(file, bytes);
    emulator = await startEmulator();
    emulator.tree.put('/CASES/scan.pdf', { file });
  });
  after(async () => {
    await emulator.close();
    await rm(folder, { recursive: true });
  });

  async function downloaded({ range, pauseMs = 0 }: { range?: string; pauseMs?: number } = {}): Promise<Buffer> {
    const answer = await fetch(`${emulator.origin}/2/files/download`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${emulator.credentials.accessToken}`,
        'dropbox-api-arg': JSON.stringify({ path: '/CASES/scan.pdf' }),
        ...(range ? { range } : {}),
      },
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of answer.body ?? []) {
      if (pieces.length === 0) await delay(pauseMs);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  it('are served whole and in ranges, many at once, as they are', async () => {
    const all = Promise.all(Array.from({ length: 3 }, () => downloaded()));
    const part = downloaded({ range: 'bytes=300001-900000' });
    for (const one of await all) assert.ok(one.equals(bytes));
    assert.ok((await part).equals(bytes.subarray(300_001, 900_001)));
    assert.equal(emulator.tree.stat('/CASES/scan.pdf').contentHash, contentHash(bytes));
    assert.ok((await emulator.tree.read('/CASES/scan.pdf')).equals(bytes));
  });

  it('that come in drips to a client that pauses are not overtaken by what is read after them', async () => {
    const effect = { kind: 'drip', bytes: 40_000, everyMs: 0 } as const;
    const remove = emulator.faults.add({ route: 'files/download', times: Number.POSITIVE_INFINITY, effect });
    const all = await Promise.all(Array.from({ length: 3 }, () => downloaded({ pauseMs: 500 })));
    remove();
    for (const one of all) assert.ok(one.equals(bytes));
  });
});
