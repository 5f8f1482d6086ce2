import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  Dropbox,
  DropboxFileDownloader,
  DropboxFileUploader,
  type DropboxResponse,
  type files,
  fileUpload,
} from 'dropbox';
import { contentHash } from './block-hasher.ts';
import { pythonWithSdk } from './python-sdk.ts';
import { startTlsEmulator, type TlsEmulator } from './tls-emulator.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

describe('Programs that nobody here wrote use the emulator unchanged', () => {
  const large = randomBytes(13 * MIB + 5);
  const small = randomBytes(1000);
  let work: string;
  let largeFile: string;
  let smallFile: string;
  let running: TlsEmulator;

  before(async () => {
    work = await mkdtemp(path.join(tmpdir(), 'dropbox-clients-'));
    [largeFile, smallFile] = [path.join(work, 'large.bin'), path.join(work, 'small.bin')];
    await writeFile(largeFile, large);
    await writeFile(smallFile, small);
  });
  after(() => rm(work, { recursive: true, force: true }));
  beforeEach(async () => {
    running = await startTlsEmulator({ allocatedBytes: GIB });
    running.emulator.tree.put('/CASES/USA001_John_Smith/brief.txt', 'Hello Dropbox!');
    running.emulator.tree.put('/CASES/USA002_Zoë Łuk/scan 日本😀.pdf', { size: 5 * MIB, seed: 3 });
  });
  afterEach(() => running.close());

  it('rclone lists, uploads small and in chunks, reads a range, moves, deletes and asks for the space', async () => {
    const { emulator, proxy, caFile } = running;
    const { appKey, appSecret, refreshToken } = emulator.credentials;
    const expired = {
      access_token: 'none',
      token_type: 'bearer',
      refresh_token: refreshToken,
      expiry: '2001-01-01T00:00:00Z',
    };
    const env = {
      PATH: process.env['PATH'],
      HOME: work,
      HTTPS_PROXY: proxy.url,
      SSL_CERT_FILE: caFile,
      RCLONE_CONFIG: path.join(work, 'rclone.conf'),
      RCLONE_CONFIG_BOX_TYPE: 'dropbox',
      RCLONE_CONFIG_BOX_CLIENT_ID: appKey,
      RCLONE_CONFIG_BOX_CLIENT_SECRET: appSecret,
      RCLONE_CONFIG_BOX_TOKEN: JSON.stringify(expired),
    };
    const rclone = (...args: string[]) =>
      run('rclone', [...args, '--retries', '1'], { env, encoding: 'buffer', maxBuffer: GIB }).then(
        (result) => result.stdout,
      );

    const listed = (await rclone('lsf', '-R', '--files-only', 'box:CASES')).toString();
    assert.deepEqual(listed.trim().split('\n').sort(), [
      'USA001_John_Smith/brief.txt',
      'USA002_Zoë Łuk/scan 日本😀.pdf',
    ]);

    await rclone('copyto', smallFile, 'box:rc/small naïve 日本😀.bin');
    await rclone('copyto', '--dropbox-batch-mode', 'off', smallFile, 'box:rc/single naïve 日本😀.bin');
    await rclone('copyto', '--dropbox-chunk-size', '4M', largeFile, 'box:rc/large.bin');
    assert.deepEqual(await emulator.tree.read('/rc/small naïve 日本😀.bin'), small);
    assert.deepEqual(await emulator.tree.read('/rc/single naïve 日本😀.bin'), small);
    assert.equal(emulator.tree.stat('/rc/large.bin').contentHash, contentHash(large));

    const part = await rclone('cat', '--offset', '5000000', '--count', '70000', 'box:rc/large.bin');
    assert.deepEqual(part, large.subarray(5_000_000, 5_070_000));
    const scan = await rclone('cat', 'box:CASES/USA002_Zoë Łuk/scan 日本😀.pdf');
    assert.equal(contentHash(scan), emulator.tree.stat('/CASES/USA002_Zoë Łuk/scan 日本😀.pdf').contentHash);

    await rclone('moveto', 'box:rc/large.bin', 'box:rc/moved/big.bin');
    await rclone('deletefile', 'box:rc/single naïve 日本😀.bin');
    assert.deepEqual(emulator.tree.files('/rc'), ['/rc/moved/big.bin', '/rc/small naïve 日本😀.bin']);
    const about = JSON.parse((await rclone('about', '--json', 'box:')).toString());
    assert.equal(about.total, GIB);
    assert.equal(about.used, 14 + 5 * MIB + small.length + large.length);
    await rclone('purge', 'box:rc');
    assert.equal(emulator.tree.exists('/rc'), false);
    assert.ok(emulator.stats().refreshes > 0, 'its expired token was refreshed');
  });

  it('the newest Python SDK lists, uploads, downloads in ranges, moves, deletes and asks for the space', async () => {
    const { emulator, caFile } = running;
    const { appKey, appSecret, refreshToken } = emulator.credentials;
    const python = await pythonWithSdk();
    const host = `127.0.0.1:${emulator.tlsPort}`;
    const env = { DROPBOX_API_HOST: host, DROPBOX_API_CONTENT_HOST: host, DROPBOX_API_NOTIFY_HOST: host };
    const script = path.join(import.meta.dirname, 'python-client.py');
    const { stdout } = await run(python, [script, refreshToken, appKey, appSecret, caFile, largeFile, work], { env });
    const seen = JSON.parse(stdout);

    assert.equal(seen.email, 'ann@office.example');
    assert.deepEqual(seen.space, [14 + 5 * MIB, GIB]);
    assert.ok(seen.listed.includes('/CASES/USA002_Zoë Łuk/scan 日本😀.pdf'));
    assert.equal(seen.small_hash, contentHash(Buffer.from('small')));
    assert.equal(seen.conflict, true);
    assert.deepEqual(seen.uploaded, [large.length, large.length]);
    assert.deepEqual(await readFile(path.join(work, 'parallel.bin')), large);
    assert.deepEqual(await readFile(path.join(work, 'sequential.bin')), large);
    assert.equal(seen.moved, '/py/moved.bin');
    assert.deepEqual(seen.batch, [true, false]);
    assert.deepEqual(emulator.tree.files('/py'), ['/py/moved.bin']);
    assert.deepEqual(await emulator.tree.read('/py/moved.bin'), large);
  });

  it('the official JavaScript SDK does the same through an injected fetch', async () => {
    const { emulator } = running;
    const { appKey, appSecret, refreshToken } = emulator.credentials;
    const rewritten = (url: string, init?: RequestInit) =>
      fetch(url.replace(/^https:\/\/(api|content|notify)\.dropboxapi\.com/, emulator.origin), init);
    const client = new Dropbox({ clientId: appKey, clientSecret: appSecret, refreshToken, fetch: rewritten });

    const usage = await client.usersGetSpaceUsage();
    assert.equal(usage.result.used, 14 + 5 * MIB);
    const names: string[] = [];
    let page: DropboxResponse<files.ListFolderResult> = await client.filesListFolder({
      path: '',
      recursive: true,
      limit: 2,
    });
    names.push(...page.result.entries.map((entry) => entry.name));
    while (page.result.has_more) {
      page = await client.filesListFolderContinue({ cursor: page.result.cursor });
      names.push(...page.result.entries.map((entry) => entry.name));
    }
    assert.ok(names.includes('scan 日本😀.pdf'));

    await client.filesUpload({ path: '/js/small ü.bin', contents: small });
    assert.deepEqual(await emulator.tree.read('/js/small ü.bin'), small);
    const options = { chunkSize: 4 * MIB };
    await new DropboxFileUploader(client, options).upload(await fileUpload(largeFile), { path: '/js/one.bin' });
    await new DropboxFileUploader(client, { ...options, parallelUploads: 3 }).upload(await fileUpload(largeFile), {
      path: '/js/many.bin',
    });
    assert.equal(emulator.tree.stat('/js/one.bin').contentHash, contentHash(large));
    assert.equal(emulator.tree.stat('/js/many.bin').contentHash, contentHash(large));

    const target = path.join(work, 'js.bin');
    await new DropboxFileDownloader(client, { parallelDownloads: 3 }).downloadFile('/js/many.bin', target);
    assert.deepEqual(await readFile(target), large);
    const moved = await client.filesMoveV2({ from_path: '/js/one.bin', to_path: '/js/two.bin' });
    assert.equal(moved.result.metadata['.tag'], 'file');
    await client.filesDeleteV2({ path: '/js/many.bin' });
    assert.deepEqual(emulator.tree.files('/js'), ['/js/small ü.bin', '/js/two.bin']);
  });
});
