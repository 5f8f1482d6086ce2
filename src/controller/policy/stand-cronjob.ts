import { createHash } from 'node:crypto';
import { FIELD_MANAGER } from '../../api/kubernetes-names.ts';
import type { KubeClient } from '../../kube/client.ts';
import { hasReason } from '../../kube/kube-error.ts';
import { CRON_JOBS } from '../../kube/resources.ts';
import { contains } from '../contains.ts';
import type { JobSettings } from '../pod-template.ts';
import { isRefused } from '../refused.ts';
import type { CronJob } from '../workloads.ts';
import { type CachedPolicy, wholePolicy } from './cached-policy.ts';
import { type Applied, isOwnedBy } from './checks.ts';
import { desiredCronJob } from './cronjob.ts';

export interface CronJobKeeper {
  /** Makes the policy's CronJob what it should be. `live` stands at its name, and is ours; throws what a retry may mend. */
  stand(policy: CachedPolicy, live: CronJob | undefined, signal: AbortSignal): Promise<Applied>;
  forget(key: string): void;
}

export function cronJobKeeper(client: KubeClient, settings: JobSettings): CronJobKeeper {
  // The server writes "1000m" as "1": an object may differ from what was applied and still be it.
  const accepted = new Map<string, string>();
  return {
    forget: (key) => void accepted.delete(key),
    async stand(policy, live, signal) {
      const desired = desiredCronJob(wholePolicy(policy), settings);
      if (live && contains(live, desired)) return { kind: 'stands' };
      const key = `${desired.metadata.namespace}/${policy.metadata.name}`;
      if (live && accepted.get(key) === fingerprint(desired, live)) return { kind: 'stands' };
      try {
        const applied = await client.apply<CronJob>(CRON_JOBS, withIdentity(desired, live), {
          fieldManager: FIELD_MANAGER,
          // Never by force on a name that the cache does not know: if a CronJob is there after all, it is not ours.
          force: live !== undefined,
          signal,
        });
        accepted.set(key, fingerprint(desired, applied));
        return { kind: 'stands' };
      } catch (error) {
        if (isRefused(error)) return { kind: 'refused', message: error.message };
        if (!live && hasReason(error, 'Conflict') && (await isForeign(client, policy, desired.metadata.name, signal)))
          return { kind: 'foreign' };
        throw error;
      }
    },
  };
}

/** With the uid, an apply can't land on a successor of the same name that somebody else has made since. */
const withIdentity = (desired: ReturnType<typeof desiredCronJob>, live: CronJob | undefined): typeof desired =>
  live?.metadata.uid === undefined
    ? desired
    : { ...desired, metadata: { ...desired.metadata, uid: live.metadata.uid } };

async function isForeign(
  client: KubeClient,
  policy: CachedPolicy,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  const cronJob = await client.get<CronJob>(CRON_JOBS, policy.metadata.namespace ?? '', name, signal);
  return cronJob !== undefined && !isOwnedBy(cronJob, policy);
}

/** The desired object together with what the server made of it; labels and owner too, since they have no generation. */
function fingerprint(desired: object, { metadata }: CronJob): string {
  const { uid, generation, labels, ownerReferences } = metadata;
  return createHash('sha256')
    .update(JSON.stringify([desired, uid, generation, labels, ownerReferences]))
    .digest('hex');
}
