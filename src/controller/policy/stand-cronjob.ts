import { createHash } from 'node:crypto';
import { CONTROLLER_ANNOTATION, FIELD_MANAGER } from '../../api/kubernetes-names.ts';
import type { Clock } from '../../host/clock.ts';
import type { Log } from '../../host/log.ts';
import type { KubeClient } from '../../kube/client.ts';
import { hasReason } from '../../kube/kube-error.ts';
import { CRON_JOBS } from '../../kube/resources.ts';
import { contains } from '../contains.ts';
import { contest, contestedBy } from '../contest.ts';
import type { JobSettings } from '../pod-template.ts';
import { isRefused } from '../refused.ts';
import type { CronJob } from '../workloads.ts';
import { type CachedPolicy, wholePolicy } from './cached-policy.ts';
import { type Applied, CONTESTED, isOwnedBy } from './checks.ts';
import { desiredCronJob } from './cronjob.ts';

export interface CronJobKeeper {
  /** Makes the policy's CronJob what it should be. `live` stands at its name, and is ours; throws what a retry may mend. */
  stand(policy: CachedPolicy, live: CronJob | undefined, signal: AbortSignal): Promise<Applied>;
  /** Milliseconds until trying again may go better although nothing has happened here; undefined where it went well. */
  again(key: string): number | undefined;
  forget(key: string): void;
}

export interface KeeperOptions {
  readonly client: KubeClient;
  readonly settings: JobSettings;
  /** Of this controller among others, as in CONTROLLER_ANNOTATION. */
  readonly name: string;
  /** UID of its Lease. */
  readonly installation: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** A quota, a right or an admission may let it pass later, and nobody says when. */
const CONTESTED_AGAIN_MS = 60_000;
const REFUSED_AGAIN_MS = { first: 5_000, most: 120_000 };

export function cronJobKeeper({ client, settings, name, installation, clock, log }: KeeperOptions): CronJobKeeper {
  const rivals = contest(name, clock);
  const refusals = new Map<string, { readonly waitMs: number; readonly until: number }>();
  // The server writes "1000m" as "1": an object may differ from what was applied and still be it.
  const accepted = new Map<string, string>();
  const stands = (key: string): Applied => {
    refusals.delete(key);
    return { kind: 'stands' };
  };
  return {
    forget(key) {
      accepted.delete(key);
      refusals.delete(key);
      rivals.forget(key);
    },
    again(key) {
      const refusal = refusals.get(key);
      return refusal && Math.max(500, refusal.until - clock.elapsed());
    },
    async stand(policy, live, signal) {
      const desired = named(desiredCronJob(wholePolicy(policy), settings, installation), name);
      const key = `${desired.metadata.namespace}/${policy.metadata.name}`;
      const ready = policy.status.conditions?.find(({ reason }) => reason === CONTESTED);
      const rival = rivals.rival(key, live, ready);
      if (rival !== undefined) {
        if (!ready) log.warn({ key, rival }, contestedBy(name, rival));
        refusals.set(key, { waitMs: CONTESTED_AGAIN_MS, until: clock.elapsed() + CONTESTED_AGAIN_MS });
        return { kind: 'contested', message: contestedBy(name, rival) };
      }
      if (live && contains(live, desired)) return stands(key);
      if (live && accepted.get(key) === fingerprint(desired, live)) return stands(key);
      const wanted = JSON.stringify(desired);
      rivals.correcting(key, live, wanted);
      try {
        const applied = await client.apply<CronJob>(CRON_JOBS, withIdentity(desired, live), {
          fieldManager: FIELD_MANAGER,
          // Never by force on a name that the cache does not know: if a CronJob is there after all, it is not ours.
          force: live !== undefined,
          signal,
        });
        accepted.set(key, fingerprint(desired, applied));
        rivals.claimed(key, applied, wanted);
        return stands(key);
      } catch (error) {
        if (isRefused(error)) {
          const waitMs = Math.min(REFUSED_AGAIN_MS.most, 2 * (refusals.get(key)?.waitMs ?? REFUSED_AGAIN_MS.first / 2));
          refusals.set(key, { waitMs, until: clock.elapsed() + waitMs });
          return { kind: 'refused', message: error.message };
        }
        if (!live && hasReason(error, 'Conflict') && (await isForeign(client, policy, desired.metadata.name, signal)))
          return { kind: 'foreign' };
        throw error;
      }
    },
  };
}

const named = (desired: ReturnType<typeof desiredCronJob>, name: string): typeof desired => ({
  ...desired,
  metadata: { ...desired.metadata, annotations: { [CONTROLLER_ANNOTATION]: name } },
});

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
  const { uid, generation, labels, annotations, ownerReferences } = metadata;
  const name = annotations?.[CONTROLLER_ANNOTATION];
  return createHash('sha256')
    .update(JSON.stringify([desired, uid, generation, labels, name, ownerReferences]))
    .digest('hex');
}
