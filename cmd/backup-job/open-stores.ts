import { Registry } from 'prom-client';
import { uploadPartBytes } from '../../src/api/policy.ts';
import type { Clock } from '../../src/host/clock.ts';
import { messageOf } from '../../src/host/errors.ts';
import type { Log } from '../../src/host/log.ts';
import { missingDropboxSecrets } from '../../src/host/startup/config.ts';
import { createThrottle } from '../../src/host/throttle.ts';
import { createWaits, type Waits } from '../../src/host/waits.ts';
import { OWN_FOLDERS } from '../../src/repository/names.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { type DropboxAccount, type DropboxEvents, openDropboxAccount } from '../../src/store/dropbox/api/account.ts';
import { openDropboxStore } from '../../src/store/dropbox/dropbox-store.ts';
import type { Source, Store } from '../../src/store/store.ts';
import { dropboxCounters } from './dropbox-counters.ts';
import type { Settings } from './settings.ts';

/**
 * The two ends of a policy, each opened by whoever needs it: what only looks at a destination must work where the secret
 * of the source is not to be had. Dropbox ends share one account, with its token and rate limit; all share one throttle.
 */
export interface Stores {
  openSource(): Source;
  openDestination(): Store;
  /** Counts what the stores ask of Dropbox. */
  readonly registry: Registry;
  /** What they wait for. */
  readonly waits: Waits;
  /** Closes what was opened. */
  close(): Promise<void>;
}

export function storesOf(settings: Settings, clock: Clock): Stores {
  const { source, destination, job, transfer } = settings.policy.spec;
  const registry = new Registry();
  const waits = createWaits(settings.log, clock);
  const events = telling(dropboxCounters(registry, settings.policy.metadata.name), waits, settings.log);
  const rate = transfer.maxBytesPerSecond;
  const throttle = rate > 0 ? createThrottle(rate, clock) : undefined;
  const opened: Store[] = [];
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
      maxConcurrentDownloads: transfer.maxConcurrentDownloads,
      throttle,
    });
    return openDropboxStore(account, {
      root,
      namespace: source.dropbox?.namespace ?? 'Root',
      upload: { partBytes: uploadPartBytes(settings.policy.spec), maxConcurrent: transfer.maxConcurrentUploads },
    });
  };
  const kept = <T extends Store>(store: T): T => {
    opened.push(store);
    return store;
  };

  return {
    openSource: () =>
      kept(
        source.directory
          ? openDirectoryStore(source.directory.path, { clock, throttle })
          : openDropbox(source.dropbox?.root ?? ''),
      ),
    openDestination: () =>
      kept(
        destination.directory
          ? openDirectoryStore(destination.directory.path, {
              clock,
              throttle,
              ownFolders: OWN_FOLDERS,
              groupReadable: destination.directory.groupReadable,
              requireMount: destination.directory.requireMount,
              waits,
            })
          : openDropbox(destination.dropbox?.folder ?? ''),
      ),
    registry,
    waits,
    async close() {
      for (const store of opened) await store.close();
      await account?.close();
    },
  };
}

/** The same events, and what is waited for or held back told to whoever watches the run. */
function telling(events: DropboxEvents, waits: Waits, log: Log): DropboxEvents {
  let isHeldBack = false;
  return {
    ...events,
    wait(kind, ms, wait) {
      events.wait?.(kind, ms, wait);
      waits.begin({ for: messageOf(wait.cause), since: wait.since, until: wait.until });
    },
    goOn: () => waits.goesOn(),
    pace(perSecond) {
      events.pace?.(perSecond);
      if (isHeldBack === (perSecond !== undefined)) return;
      isHeldBack = perSecond !== undefined;
      if (isHeldBack) log.info({ callsPerSecond: perSecond }, 'Dropbox limits the rate of calls, and so do we');
      else log.info({}, 'Dropbox no longer limits the rate of calls');
    },
  };
}
