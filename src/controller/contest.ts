import { CONTROLLER_ANNOTATION } from '../api/kubernetes-names.ts';
import type { Clock } from '../host/clock.ts';
import type { CronJob } from './workloads.ts';

/**
 * Two controllers with different Leases for one namespace would each put the CronJob back as they would have it, 40 times
 * a second. Each writes its name into what it applies. One that finds another's name may take the CronJob over, once: a
 * controller that was moved leaves such a name behind. When the other one's name comes back, both are at work.
 * - Whoever notices says so in the policy's status, by which the other one notices too.
 * - Both let the CronJob be for five minutes, and then try again: one of them may be gone.
 */
export interface Contest {
  /** Who else keeps this CronJob, while that is so. `told` is what the policy's condition Ready says of it. */
  rival(key: string, live: CronJob | undefined, told: Told | undefined): string | undefined;
  /** We are about to apply `desired` where `live` is not like it. */
  correcting(key: string, live: CronJob | undefined, desired: string): void;
  /** We have applied `desired`, and the server made `applied` of it. */
  claimed(key: string, applied: CronJob, desired: string): void;
  forget(key: string): void;
}

export interface Told {
  readonly message: string;
  readonly lastTransitionTime: string;
}

const TRUCE_MS = 300_000;
/** Of anything else that undoes what we apply, and leaves no name. */
const MOST_CORRECTIONS = { times: 10, withinMs: 60_000 };
export const NAMELESS = 'another program';

interface Standing {
  /** Our last write. */
  readonly claim?: { readonly version: string | undefined; readonly desired: string };
  /** clock.elapsed() of our last corrections of what we had applied just so before. */
  readonly undone: readonly number[];
  readonly truce?: { readonly rival: string; readonly until: number };
}

export function contest(ownName: string, clock: Clock): Contest {
  const standings = new Map<string, Standing>();
  return {
    rival(key, live, told) {
      const now = clock.elapsed();
      const before = standings.get(key);
      if (before?.truce) {
        if (now < before.truce.until) return before.truce.rival;
        standings.delete(key);
      }
      const rival = (before && !before.truce ? rivalIn(live, before, now) : undefined) ?? rivalToldOf(told);
      if (rival !== undefined) standings.set(key, { undone: [], truce: { rival, until: now + TRUCE_MS } });
      return rival;
    },
    correcting(key, live, desired) {
      const standing = standings.get(key);
      if (!standing?.claim || standing.claim.desired !== desired || !isLater(live, standing)) return;
      const undone = [...standing.undone, clock.elapsed()].slice(-MOST_CORRECTIONS.times);
      standings.set(key, { ...standing, undone });
    },
    claimed(key, applied, desired) {
      const { undone = [] } = standings.get(key) ?? {};
      standings.set(key, { claim: { version: applied.metadata.resourceVersion, desired }, undone });
    },
    forget: (key) => void standings.delete(key),
  };

  function rivalIn(live: CronJob | undefined, standing: Standing, now: number): string | undefined {
    if (!isLater(live, standing)) return undefined;
    const name = live?.metadata.annotations?.[CONTROLLER_ANNOTATION];
    if (name !== undefined && name !== ownName) return name;
    const { undone } = standing;
    const isFlood = undone.length === MOST_CORRECTIONS.times && now - (undone[0] ?? 0) < MOST_CORRECTIONS.withinMs;
    return isFlood ? NAMELESS : undefined;
  }

  /** The other one may have written it, or this one before a restart. */
  function rivalToldOf(told: Told | undefined): string | undefined {
    if (!told || clock.now().getTime() - Date.parse(told.lastTransitionTime) >= TRUCE_MS) return undefined;
    const names = namesIn(told.message);
    return names.includes(ownName) ? names.find((name) => name !== ownName) : undefined;
  }
}

/**
 * Whether the cache shows something that was written after our own last write. While a watch is broken it shows what was
 * there before, over and over, and that is nobody's doing.
 */
function isLater(live: CronJob | undefined, { claim }: Standing): boolean {
  const [now, then] = [live?.metadata.resourceVersion, claim?.version];
  // Versions are numbers that grow, of every object there is; what is none tells nothing.
  return [now, then].every((version) => /^\d+$/.test(version ?? '')) && BigInt(now ?? 0) > BigInt(then ?? 0);
}

/** The same from both, so that neither has to correct the other. */
export const contestedBy = (...names: readonly [string, string]): string =>
  `two controllers keep this policy's CronJob: ${names.toSorted().join(' and ')}; both leave it as it is until one of them is gone`;

const namesIn = (message: string): readonly string[] =>
  /^two controllers keep this policy's CronJob: (.+?) and (.+?); /.exec(message)?.slice(1) ?? [];
