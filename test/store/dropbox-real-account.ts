/**
 * The conformance suite against Dropbox itself, by hand:
 *
 *     CASE_BACKUP_TEST_DROPBOX_TOKEN=… node --test test/store/dropbox-real-account.ts
 *
 * Takes an access token of a throwaway account, works in a new folder below /case-backup-conformance and removes it.
 * The sentence on more than one page makes 2,100 files one by one: on the real service it runs out of its minute.
 */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/host/clock.ts';
import { openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { createClient } from '../../src/store/dropbox/api/client.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import type { Source, Store } from '../../src/store/store.ts';
import { inChunks, MIB, never } from './conformance/fixture.ts';
import { conformance } from './conformance.ts';

const accessToken = process.env['CASE_BACKUP_TEST_DROPBOX_TOKEN'];
if (!accessToken) throw new Error('set CASE_BACKUP_TEST_DROPBOX_TOKEN to an access token of a throwaway account');

conformance('the Dropbox store on a real account', async () => {
  const account = openDropboxAccount({
    credentials: { kind: 'access', accessToken },
    clock: systemClock,
    origin: process.env['CASE_BACKUP_DROPBOX_ORIGIN'],
    maxConcurrentDownloads: 8,
  });
  const client = createClient(account, 'Root');
  const folder = `/case-backup-conformance/${randomUUID()}`;
  const at = (root: string): Store & Source =>
    openDropboxStore(account, { root, namespace: 'Root', upload: { partBytes: 4 * MIB, maxConcurrent: 3 } });
  const makeFolder = (path: string) => client.read((sdk) => sdk.filesCreateFolderV2({ path }), never);
  const removeAll = (path: string) => client.read((sdk) => sdk.filesDeleteV2({ path }), never);
  const store = at(folder);
  await makeFolder(folder);
  return {
    store,
    rootless: at(`${folder}-not-there`),
    clock: systemClock,
    async seed(path, bytes) {
      const present = await store.stat(path, never);
      if (present?.kind === 'file') await store.remove(present, never);
      await store.write(path, inChunks(bytes), {}, never);
    },
    async seedFolder(path) {
      await makeFolder(`${folder}/${path}`);
    },
    async unseed(path) {
      await removeAll(`${folder}/${path}`);
    },
    async dispose() {
      await removeAll(folder);
      await account.close();
    },
  };
});
