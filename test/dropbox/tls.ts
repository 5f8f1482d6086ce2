import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A name for the emulator's whole API at once, which no name server knows. */
export const EMULATOR_HOST = 'emulator.test';

const SUBJECT_NAMES = [
  'DNS:api.dropboxapi.com',
  'DNS:content.dropboxapi.com',
  'DNS:notify.dropboxapi.com',
  `DNS:${EMULATOR_HOST}`,
  'DNS:localhost',
  'IP:127.0.0.1',
].join(',');
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export interface TestCertificate {
  /** PEM file of the authority that a client has to trust, and nothing but this emulator may. */
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
}

/** A fresh authority and a certificate for the service's three API hosts and the emulator's own, made by the openssl command in `folder`. */
export async function makeCertificate(folder: string): Promise<TestCertificate> {
  await mkdir(folder, { recursive: true });
  const file = (name: string) => path.join(folder, name);
  const extensions = `subjectAltName=${SUBJECT_NAMES}\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n`;
  await writeFile(file('server.ext'), extensions);
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '90'],
    ...['-subj', '/CN=Test CA of the Dropbox emulator'],
  ]);
  await run('openssl', [
    ...['req', ...NEW_KEY, '-keyout', file('server.key'), '-out', file('server.csr')],
    ...['-subj', '/CN=api.dropboxapi.com'],
  ]);
  await run('openssl', [
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key')],
    ...['-CAcreateserial', '-days', '90', '-extfile', file('server.ext'), '-out', file('server.pem')],
  ]);
  const [key, cert] = await Promise.all(['server.key', 'server.pem'].map((name) => readFile(file(name), 'utf8')));
  return { caFile: file('ca.pem'), key: key ?? '', cert: cert ?? '' };
}
