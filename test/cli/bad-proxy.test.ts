import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { after, test } from 'node:test';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { dropboxSpec } from './policy-file.ts';
import { assertFailedRun, reportOf } from './refusal.ts';

/** Soon, for a person who waits: a machine that is busy needs seconds to start. */
const SOON_MS = 45_000;
const OPTIONS = { timeout: 2 * SOON_MS };
const PASSWORD = 'old-password-of-a-clerk';

const office = openOffice();
const policy = office.write('dropbox.yaml', dropboxSpec());
const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close().closeAllConnections();
  office[Symbol.dispose]();
});

const envWith = (change: Record<string, string>): Record<string, string> => ({
  ...office.env,
  DROPBOX_APP_KEY: 'some-app-key',
  DROPBOX_APP_SECRET: 'some-app-secret',
  DROPBOX_REFRESH_TOKEN: 'some-refresh-token',
  ...change,
});

/** A proxy that answers every CONNECT with this; its port. */
async function proxyThatSays(answer: string): Promise<number> {
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (_, socket: Socket) => socket.on('error', () => undefined).end(answer));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

for (const variable of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY'])
  for (const value of ['proxy.office.test:3128', '127.0.0.1:3128', 'ftp://proxy:21', 'http://', 'proxy'])
    test(`${variable}=${value} is refused with 2 and the variable's name, before any run`, OPTIONS, async () => {
      const { code, stdout } = await runJob(['run', '-f', policy, '--json'], { env: envWith({ [variable]: value }) });
      const { error } = JSON.parse(stdout);
      assert.deepEqual([code, error.code], [2, 'ProxyInvalid']);
      assert.match(error.message, new RegExp(variable));
    });

for (const [what, says, exit, reason] of [
  [
    'wants another password',
    'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n',
    12,
    'ProxyLogin',
  ],
  ['forbids the host', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\n<h1>No.</h1>', 2, 'ProxyRefused'],
  ['knows no CONNECT', 'HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n', 2, 'ProxyRefused'],
] as const)
  test(`a proxy that ${what} is told soon, with its variable and without its password`, OPTIONS, async () => {
    const port = await proxyThatSays(says);
    const env = envWith({ HTTPS_PROXY: `http://clerk:${PASSWORD}@127.0.0.1:${port}` });
    const start = performance.now();
    const report = await assertFailedRun(policy, { env }, { code: exit, reason, says: /HTTPS_PROXY/ });
    assert.ok(performance.now() - start < SOON_MS);
    assert.doesNotMatch(JSON.stringify(report), new RegExp(PASSWORD));
  });

test('a proxy that is named with https and speaks no TLS is told soon', OPTIONS, async () => {
  const port = await proxyThatSays('');
  const env = envWith({ HTTPS_PROXY: `https://localhost:${port}` });
  await assertFailedRun(policy, { env }, { code: 2, reason: 'ProxyInvalid', says: /HTTPS_PROXY does not speak TLS/ });
});

test('an origin that is named with https and speaks no TLS is told soon', OPTIONS, async () => {
  const port = await proxyThatSays('');
  const env = envWith({ CASE_BACKUP_DROPBOX_ORIGIN: `https://localhost:${port}` });
  const says = /CASE_BACKUP_DROPBOX_ORIGIN/;
  await assertFailedRun(policy, { env }, { code: 2, reason: 'OriginInvalid', says });
});

test('a run whose proxy breaks every connection says so in its log from the first time on, once', OPTIONS, async () => {
  const port = await proxyThatSays('');
  const { process, ended } = await import('./backup-job.ts').then(({ startJob }) =>
    startJob(['run', '-f', policy, '--json'], { env: envWith({ HTTPS_PROXY: `http://127.0.0.1:${port}` }) }),
  );
  setTimeout(() => process.kill('SIGTERM'), 12_000);
  const job = await ended;
  const warnings = job.stderr.split('\n').filter((line) => line.includes('"warn"'));
  assert.equal(warnings.length, 1, job.stderr);
  assert.match(warnings[0] ?? '', /waiting: .*through the proxy in HTTPS_PROXY failed/);
  assert.equal(reportOf(job).exitCode, 143);
});
