import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { startTlsEmulator } from '../dropbox/tls-emulator.ts';

const run = promisify(execFile);
const PROGRAM = new URL('dropbox-identify.ts', import.meta.url).pathname;

test('HTTPS_PROXY leads to Dropbox over TLS, and a certificate that nobody vouches for ends the run at once', async () => {
  const { emulator, proxy, caFile, close } = await startTlsEmulator();
  try {
    emulator.tree.folder('/CASES');
    const env = { DROPBOX_ACCESS_TOKEN: emulator.credentials.accessToken, HTTPS_PROXY: proxy.url };
    const trusting = await run(process.execPath, [PROGRAM], { env: { ...env, NODE_EXTRA_CA_CERTS: caFile } });
    assert.equal(JSON.parse(trusting.stdout).root.exists, true);
    const careful = await run(process.execPath, [PROGRAM], { env });
    assert.equal(careful.stdout.trim(), 'CertificateRefused');
  } finally {
    await close();
  }
});
