import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmulator } from '../dropbox/emulator.ts';
import { FAKE_SECRETS } from '../support/fake-secrets.ts';
import { runJob } from './backup-job.ts';
import { openOffice } from './office.ts';
import { dropboxSpec } from './policy-file.ts';
import { assertRefused, reportOf } from './refusal.ts';

const office = openOffice();
after(() => office[Symbol.dispose]());
const dropbox = office.write('dropbox.yaml', dropboxSpec());
const aFile = join(office.folder, 'a-file');
writeFileSync(aFile, 'x');

/** A secret with something inside, and none of it may be shown. */
const TOKEN = `${FAKE_SECRETS.accessTokenPrefix}0123456789abcdef`;
const tokenFile = (name: string, text: string | Buffer): Record<string, string> => {
  const path = join(office.folder, name);
  writeFileSync(path, text);
  return { DROPBOX_ACCESS_TOKEN_FILE: path };
};

const REFUSED: Readonly<Record<string, [env: Record<string, string>, says: RegExp]>> = {
  'a log level that there is not': [{ CASE_BACKUP_LOG_LEVEL: 'loud' }, /CASE_BACKUP_LOG_LEVEL is no log level/],
  'a file for its work folder': [
    { CASE_BACKUP_WORK_DIR: aFile },
    /CASE_BACKUP_WORK_DIR names \S+, which is or lies in a file/,
  ],
  'a work folder in a file': [
    { CASE_BACKUP_WORK_DIR: join(aFile, 'x') },
    /CASE_BACKUP_WORK_DIR names \S+, which is or lies in/,
  ],
  'a work folder that can not be made': [
    { CASE_BACKUP_WORK_DIR: '/proc/x/y' },
    /CASE_BACKUP_WORK_DIR names \/proc\/x\/y, which/,
  ],
  'a temporary folder that is a file': [{ TMPDIR: aFile }, /TMPDIR names \S+, which is or lies in a file/],
  'an origin that is no address': [
    { CASE_BACKUP_DROPBOX_ORIGIN: 'nonsense' },
    /CASE_BACKUP_DROPBOX_ORIGIN is not the address/,
  ],
  'an origin of another protocol': [
    { CASE_BACKUP_DROPBOX_ORIGIN: 'ftp://h' },
    /CASE_BACKUP_DROPBOX_ORIGIN is not the address/,
  ],
  'a token with a line end inside': [
    tokenFile('t1', `${TOKEN.slice(0, 30)}\n${TOKEN.slice(30)}`),
    /_TOKEN_FILE .* line end inside/,
  ],
  'a token with a space inside': [
    tokenFile('t2', `${TOKEN.slice(0, 30)} ${TOKEN.slice(30)}`),
    /_TOKEN_FILE .* a space or/,
  ],
  'a token in UTF-16': [
    tokenFile('t3', Buffer.from(`\ufeff${TOKEN}`, 'utf16le')),
    /_TOKEN_FILE .* a space or a character/,
  ],
  'a folder for a token': [{ DROPBOX_ACCESS_TOKEN_FILE: office.folder }, /_TOKEN_FILE names \S+, which is a folder/],
  'a token whose file is not there': [
    { DROPBOX_ACCESS_TOKEN_FILE: '/nowhere/t' },
    /_FILE names \S+, which does not exist/,
  ],
  'a token of megabytes': [tokenFile('t4', TOKEN.repeat(30_000)), /_TOKEN_FILE .* more than 64 KiB/],
  'a token from a device': [{ DROPBOX_ACCESS_TOKEN_FILE: '/dev/zero' }, /_TOKEN_FILE .* more than 64 KiB/],
  'a database URL with a line end inside': [
    { DATABASE_URL: 'postgres://u:abc\ndefghi@h/db' },
    /DATABASE_URL has a line end inside/,
  ],
};

for (const [what, [env, says]] of Object.entries(REFUSED))
  test(`A run with ${what} is refused with 2 at once, and shows none of it`, { timeout: 60_000 }, async () => {
    await assertRefused(['run', '-f', dropbox], { env: { DROPBOX_ACCESS_TOKEN: '', ...env } }, { code: 2, says });
    const { stderr } = await runJob(['config', '-f', dropbox], { env });
    assert.doesNotMatch(stderr, /0123456789|fake-access|abc|defghi/);
  });

test('White space and a byte order mark around a secret do no harm', { timeout: 120_000 }, async () => {
  const emulator = await startEmulator();
  emulator.tree.put('/CASES/USA001_Smith/letter.txt', 'Dear');
  const { accessToken } = emulator.credentials;
  for (const text of [
    `\ufeff${accessToken}`,
    `${accessToken}\n\n`,
    `${accessToken} `,
    ` ${accessToken}\r\n`,
    `${accessToken}\t`,
  ]) {
    const env = { CASE_BACKUP_DROPBOX_ORIGIN: emulator.origin, ...tokenFile('token', text) };
    const { code, stderr } = await runJob(['list', '-f', dropbox], { env });
    assert.equal(code, 0, stderr);
  }
  await emulator.close();
});

test('A run that checks no certificate says so in its report', { timeout: 60_000 }, async () => {
  using calm = openOffice();
  const ended = await runJob(['run', '-f', calm.policy, '--json'], { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
  assert.equal(ended.code, 0, ended.stderr);
  assert.match(reportOf({ ...ended, stderr: '{}' }).warnings.join(), /^TlsUnchecked: NODE_TLS_REJECT_UNAUTHORIZED=0/);
});

/** Modules that would be run if anything looked for them outside the program. */
function plant(folder: string, marker: string): void {
  for (const name of ['pg-native', 'pg-cloudflare', 'supports-color', 'pino-pretty', 'bufferutil', 'utf-8-validate']) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(
      join(folder, name, 'index.js'),
      `require('fs').appendFileSync(${JSON.stringify(marker)}, '${name} ')`,
    );
  }
}

test('No module is looked for above the program or in the home folder', { timeout: 60_000 }, async () => {
  using calm = openOffice();
  const [home, marker, app] = ['home', 'marker', 'app'].map((name) => join(calm.folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(marker, '');
  plant(join(home, '.node_modules'), marker);
  plant(join(home, '.node_libraries'), marker);
  plant(join(calm.folder, 'node_modules'), marker);
  symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), app);
  // The program as it would lie in that folder.
  const args = ['--preserve-symlinks', '--preserve-symlinks-main', join(app, 'cmd/backup-job/main.ts')];
  const env = { PATH: process.env['PATH'], HOME: home, CASE_BACKUP_WORK_DIR: calm.folder };
  await promisify(execFile)(process.execPath, [...args, 'run', '-f', calm.policy], { env });
  assert.equal(readFileSync(marker, 'utf8'), '');
});

test('The driver of the database is loaded without the index that looks for another', () => {
  const folder = fileURLToPath(new URL('../../src/journal/', import.meta.url));
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts')))
    assert.doesNotMatch(readFileSync(join(folder, name), 'utf8'), /^import (?!type).* from 'pg';/m, name);
});
