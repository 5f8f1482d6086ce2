import { Registry } from 'prom-client';
import { uploadPartBytes } from '../../src/api/policy.ts';
import type { Clock } from '../../src/host/clock.ts';
import { missingDropboxSecrets } from '../../src/host/config.ts';
import { OWN_FOLDERS } from '../../src/repository/names.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { type DropboxAccount, openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import type { Source, Store } from '../../src/store/store.ts';
import { dropboxCounters } from './dropbox-counters.ts';
import type { Settings } from './settings.ts';

export interface Stores {
  readonly source: Source;
  readonly destination: Store;
  /** Counts what the stores ask of Dropbox. */
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Opens both stores of a policy; two Dropbox stores share one account, and with it the token and the rate limit. */
export function openStores(settings: Settings, clock: Clock): Stores {
  const { source, destination, job, transfer } = settings.policy.spec;
  const registry = new Registry();
  const events = dropboxCounters(registry, settings.policy.metadata.name);
  let account: DropboxAccount | undefined;

  const openDropbox = (root: string): Store & Source => {
    const credentials = settings.secrets.dropbox;
    if (!credentials) throw missingDropboxSecrets(process.env);
    account ??= openDropboxAccount({
      credentials,
      clock,
      origin: settings.dropboxOrigin,
      deadline: clock.elapsed() + job.activeDeadlineSeconds * 1000,
      events,
    });
    return openDropboxStore(account, {
      root,
      namespace: source.dropbox?.namespace ?? 'Root',
      upload: { partBytes: uploadPartBytes(settings.policy.spec), maxConcurrent: transfer.maxConcurrentUploads },
    });
  };
  const open = (
    member: { directory?: { path: string } | undefined },
    dropboxRoot: string | undefined,
  ): Store & Source =>
    member.directory
      ? openDirectoryStore(member.directory.path, { clock, ownFolders: OWN_FOLDERS })
      : openDropbox(dropboxRoot ?? '');

  const opened = {
    source: open(source, source.dropbox?.root),
    destination: open(destination, destination.dropbox?.folder),
  };
  return {
    ...opened,
    registry,
    async close() {
      await opened.source.close();
      await opened.destination.close();
      await account?.close();
    },
  };
}
