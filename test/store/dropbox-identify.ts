/** Identifies /CASES with nothing but the environment; prints the identity. Run by dropbox-proxy.test.ts. */
import { systemClock } from '../../src/host/clock.ts';
import { openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import { never } from './conformance/fixture.ts';

const accessToken = process.env['DROPBOX_ACCESS_TOKEN'] ?? '';
const account = openDropboxAccount({
  credentials: { kind: 'access', accessToken },
  clock: systemClock,
  deadline: 5_000,
  maxConcurrentDownloads: 1,
});
const upload = { partBytes: 4 * 1024 * 1024, maxConcurrent: 1 };
const store = openDropboxStore(account, { root: '/CASES', namespace: 'Root', upload });
try {
  console.log(JSON.stringify(await store.identify(never)));
} catch (error) {
  console.log(String(Reflect.get(Object(error), 'code')));
}
await account.close();
