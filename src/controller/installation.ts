import type { Clock } from '../host/clock.ts';
import { messageOf } from '../host/errors.ts';
import type { Log } from '../host/log.ts';
import type { KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { LEASES } from '../kube/resources.ts';

export interface InstallationOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The Lease whose UID it is. */
  readonly lease: string;
  /** Writes the Lease if there is none. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Log;
}

const AGAIN_MS = 2_000;

/**
 * By what the backups of this installation know it, for good: the UID of a Lease that nobody need hold. The one by which
 * a replica leads has another name as soon as another namespace is served. Asked until it is known, since a CronJob
 * without it would make backups of an unknown home; undefined once the signal aborts.
 */
export async function installationUid(options: InstallationOptions, signal: AbortSignal): Promise<string | undefined> {
  const { client, namespace, lease: name, identity, clock, log } = options;
  while (!signal.aborted) {
    try {
      const lease =
        (await client.get<KubeObject>(LEASES, namespace, name, signal)) ??
        (await client.create<KubeObject>(
          LEASES,
          { metadata: { name, namespace } },
          { fieldManager: identity, signal },
        ));
      return lease.metadata.uid;
    } catch (error) {
      if (signal.aborted) return undefined;
      log.warn({ lease: name }, `the UID of the installation is not known yet: ${messageOf(error)}`);
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
    }
  }
  return undefined;
}
