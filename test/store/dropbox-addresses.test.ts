import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { mock, test } from 'node:test';
import { openHttp } from '../../src/store/dropbox/api/http.ts';
import { never } from './conformance/fixture.ts';

/** Answers everything with 200; room for one connection that was not accepted yet. */
const SERVER = `
  const server = require('node:http').createServer((_, response) => response.end('{}'));
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port));
`;

test('a connect that takes a second is waited for, although the name has another address that is dead', async () => {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const fillers: Socket[] = [];
  const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
  const lookup = mock.method(dns, 'lookup', ((_name: string, _options: object, done: (...all: unknown[]) => void) =>
    done(null, addresses)) as never);
  const http = openHttp({ origin: 'http://two.addresses.test', throttle: undefined });
  try {
    const [line] = await once(child.stdout, 'data');
    const port = Number(String(line));
    // A stopped server takes no connection from its queue, and a full queue drops the first SYN: the second comes after
    // a second, as over a line on which a round trip takes long.
    child.kill('SIGSTOP');
    for (let n = 0; n < 6; n++) fillers.push(connect(port, '127.0.0.1').on('error', () => undefined));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const url = new URL(`http://two.addresses.test:${port}/`);
    const start = performance.now();
    const asked = http.post({ url, headers: {}, body: undefined, idleMs: 20_000 }, never);
    await new Promise((resolve) => setTimeout(resolve, 400));
    child.kill('SIGCONT');
    assert.equal((await asked).status, 200);
    assert.ok(performance.now() - start > 600, 'the connect was not slow: this test shows nothing');
    assert.ok(lookup.mock.callCount() > 0);
  } finally {
    for (const socket of fillers) socket.destroy();
    await http.close();
    child.kill('SIGKILL');
    mock.restoreAll();
  }
});
