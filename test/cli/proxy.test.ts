import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { EMULATOR_HOST } from '../dropbox/tls.ts';
import { startTlsEmulator, type TlsEmulator } from '../dropbox/tls-emulator.ts';
import { runSql, startPostgres15, type TestServer } from '../support/postgres.ts';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { dropboxEnv, dropboxSpec } from './policy-file.ts';
import { assertRefused, reportOf } from './refusal.ts';

const office = openOffice();
const policy = office.write('dropbox.yaml', dropboxSpec());
const HOSTS_ARE_HERE = fileURLToPath(new URL('hosts-are-here.ts', import.meta.url));
let dropbox: TlsEmulator;
let postgres: TestServer;

before(async () => {
  [dropbox, postgres] = await Promise.all([startTlsEmulator(), startPostgres15()]);
  dropbox.emulator.tree.put('/CASES/USA001_Smith/letter.txt', 'Dear Smith');
});
after(async () => {
  await dropbox.close();
  await postgres.close();
  office[Symbol.dispose]();
});

/** One whole run that is logged; returns what the proxy was asked for meanwhile. */
async function run(change: Record<string, string>): Promise<Set<string>> {
  const seen = dropbox.proxy.targets.length;
  const { CASE_BACKUP_DROPBOX_ORIGIN: _, ...secrets } = dropboxEnv(dropbox.emulator);
  const env = {
    ...office.env,
    ...secrets,
    NODE_EXTRA_CA_CERTS: dropbox.caFile,
    DATABASE_URL: postgres.url(),
    ...change,
  };
  const report = reportOf(
    await runJob(['run', '-f', policy, '--json'], { env, nodeArgs: ['--import', HOSTS_ARE_HERE] }),
  );
  assert.equal(report.result, 'Succeeded', report.message);
  assert.deepEqual(report.warnings, []);
  const logged = await runSql(postgres.url(), 'SELECT status FROM backup_logs WHERE run_id = $1', [report.runId]);
  assert.deepEqual(logged, [{ status: 'completed' }]);
  return new Set(dropbox.proxy.targets.slice(seen));
}

const DROPBOX = new Set(['api.dropboxapi.com:443', 'content.dropboxapi.com:443']);

test('A run reaches Dropbox through HTTPS_PROXY, and Postgres without it', { timeout: 60_000 }, async () => {
  assert.deepEqual(await run({ HTTPS_PROXY: dropbox.proxy.url }), DROPBOX);
});

test('A run obeys the variable in lower case', { timeout: 60_000 }, async () => {
  assert.deepEqual(await run({ https_proxy: dropbox.proxy.url }), DROPBOX);
});

test('A run obeys HTTP_PROXY where there is none for HTTPS', { timeout: 60_000 }, async () => {
  assert.deepEqual(await run({ HTTP_PROXY: dropbox.proxy.url }), DROPBOX);
});

test('A run goes around the proxy for the hosts in NO_PROXY', { timeout: 60_000 }, async () => {
  const host = `${EMULATOR_HOST}:${dropbox.emulator.tlsPort}`;
  const proxied = { HTTPS_PROXY: dropbox.proxy.url, CASE_BACKUP_DROPBOX_ORIGIN: `https://${host}` };
  assert.deepEqual(await run({ ...proxied, NO_PROXY: 'example.org' }), new Set([host]));
  assert.deepEqual(await run({ ...proxied, NO_PROXY: `example.org,${EMULATOR_HOST}` }), new Set());
  assert.deepEqual(await run({ ...proxied, no_proxy: '.test' }), new Set());
});

test('A run goes around the proxy for this machine itself', { timeout: 60_000 }, async () => {
  const { HTTPS_PROXY, origin } = { HTTPS_PROXY: dropbox.proxy.url, origin: dropbox.emulator.origin };
  assert.deepEqual(await run({ HTTPS_PROXY, HTTP_PROXY: HTTPS_PROXY, CASE_BACKUP_DROPBOX_ORIGIN: origin }), new Set());
});

for (const host of ['127.0.0.1', 'localhost'])
  test(`A run through a proxy at https://${host} warns of nothing`, { timeout: 60_000 }, async (t) => {
    const inner = Number(new URL(dropbox.proxy.url).port);
    const server = createServer(dropbox.certificate, (socket) => {
      const through = connect(inner, '127.0.0.1');
      socket.on('error', () => through.destroy()).on('close', () => through.destroy());
      socket.pipe(through).pipe(socket);
    }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const env = {
      ...office.env,
      ...dropboxEnv(dropbox.emulator),
      CASE_BACKUP_DROPBOX_ORIGIN: undefined,
      NODE_EXTRA_CA_CERTS: dropbox.caFile,
      HTTPS_PROXY: `https://${host}:${(server.address() as AddressInfo).port}`,
    };
    const seen = dropbox.proxy.targets.length;
    const { code, stderr } = await runJob(['list', '-f', policy], { env });
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(dropbox.proxy.targets.length > seen);
  });

test('An HTTPS_PROXY that is no address is refused with 2', { timeout: 60_000 }, async () => {
  const env = { ...office.env, ...dropboxEnv(dropbox.emulator), CASE_BACKUP_DROPBOX_ORIGIN: undefined };
  for (const HTTPS_PROXY of ['proxy:3128', 'nonsense']) {
    const says = /HTTPS_PROXY is not the address of a proxy/;
    await assertRefused(['list', '-f', policy], { env: { ...env, HTTPS_PROXY } }, { code: 2, says });
  }
});
