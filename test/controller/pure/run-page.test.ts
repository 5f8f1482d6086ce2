import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { RUN_PORT } from '../../../src/api/kubernetes-names.ts';
import type { RunProgress } from '../../../src/api/report.ts';
import { runPage } from '../../../src/controller/policy/run-page.ts';
import { systemClock } from '../../../src/host/clock.ts';
import { aJob, aPod, PROGRESS } from './job-and-pod.ts';

/** Addresses of loopback that nothing else listens on; each test has its own, since the port is always the same. */
let lastByte = 1;

async function read(t: TestContext, answer: RequestListener): Promise<RunProgress | undefined> {
  const podIP = `127.77.${process.pid % 250}.${lastByte++}`;
  const server = createServer(answer).listen(RUN_PORT.number, podIP);
  await once(server, 'listening');
  t.after(() => server.close());
  const running = aPod({ state: { running: {} } });
  const pod = { ...running, status: { ...running.status, podIP } };
  return await runPage(systemClock).read(aJob(), [pod], new AbortController().signal);
}

describe('The /run page of a pod', () => {
  it('is taken as it is', async (t) => {
    assert.deepEqual(await read(t, (_, response) => response.end(JSON.stringify(PROGRESS))), PROGRESS);
  });

  it('is left alone when it has no end, after 16 KiB and what the socket holds', async (t) => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    const progress = await read(t, (_, response) => {
      response.once('close', closed.resolve);
      const chunk = Buffer.alloc(64 * 1024, ' ');
      const more = (): void => {
        do sent += chunk.length;
        while (response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    await closed.promise;
    assert.equal(progress, undefined);
    assert.ok(sent < 32 * 1024 * 1024, `${sent} bytes were taken`);
  });

  for (const [what, body] of [
    ['no JSON', '<html>'],
    ['more than it may have', JSON.stringify({ ...PROGRESS, more: 'x'.repeat(16_384) })],
    ['something else', '{}'],
  ] as const) {
    it(`says nothing when it is ${what}`, async (t) => {
      assert.equal(await read(t, (_, response) => response.end(body)), undefined);
    });
  }
});
