import { readFileSync } from 'node:fs';
import { startConnectProxy } from '../../test/dropbox/connect-proxy.ts';
import { startEmulator } from '../../test/dropbox/emulator.ts';
import { takeOrders } from './orders.ts';

/**
 * The Dropbox of the tests as a pod. A proxy leads whoever asks for api.dropboxapi.com and its like to it, with TLS and a
 * certificate for these names (/tls), so that an image reaches it as it would reach the service, with nothing in it
 * changed; the plain port is for tests that look at what is there, and the one of orders for those that want it to fail.
 */
const ANYWHERE = '0.0.0.0';
const TLS_PORT = 8443;
const PLAIN_PORT = 8080;
const PROXY_PORT = 3128;
const ORDERS_PORT = 8081;

const CASES = 12;
const FILES_PER_CASE = 6;
/** Two megabytes altogether. */
const LARGEST_FILE = 60_000;

/** For a line that is slow. */
const LARGE = { path: '/LARGE', cases: 3, filesPerCase: 4, size: 4 * 2 ** 20 };

const pem = (name: string): string => readFileSync(`/tls/${name}`, 'utf8');

const emulator = await startEmulator({
  host: ANYWHERE,
  port: PLAIN_PORT,
  tls: { key: pem('tls.key'), cert: pem('tls.crt'), port: TLS_PORT },
  dataDir: '/data',
});
emulator.tree.generate({
  path: '/CASES',
  cases: CASES,
  filesPerCase: FILES_PER_CASE,
  size: (file) => (file * 7919) % LARGEST_FILE,
});
emulator.tree.generate(LARGE);
const orders = takeOrders(emulator, ORDERS_PORT, ANYWHERE);
const proxy = await startConnectProxy(TLS_PORT, PROXY_PORT, ANYWHERE);
console.log(`the emulator has ${CASES} cases of ${FILES_PER_CASE} files`);

process.once('SIGTERM', async () => {
  orders.close();
  await proxy.close();
  await emulator.close();
});
