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
  /** We have applied it. */
  claimed(key: string): void;
  forget(key: string): void;
}

export interface Told {
  readonly message: string;
  readonly lastTransitionTime: string;
}

const TRUCE_MS = 300_000;
/** Of anything else that undoes what we apply, and leaves no name. */
const MOST_CLAIMS = { claims: 10, withinMs: 60_000 };
export const NAMELESS = 'another program';

interface Standing {
  /** clock.elapsed() of our last writes. */
  readonly claims: readonly number[];
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
      const rival = rivalIn(live, before?.truce ? [] : (before?.claims ?? []), now) ?? rivalToldOf(told);
      if (rival !== undefined) standings.set(key, { claims: [], truce: { rival, until: now + TRUCE_MS } });
      return rival;
    },
    claimed(key) {
      const now = clock.elapsed();
      const { claims = [] } = standings.get(key) ?? {};
      standings.set(key, { claims: [...claims, now].slice(-MOST_CLAIMS.claims) });
    },
    forget: (key) => void standings.delete(key),
  };

  function rivalIn(live: CronJob | undefined, claims: readonly number[], now: number): string | undefined {
    const name = live?.metadata.annotations?.[CONTROLLER_ANNOTATION];
    if (name !== undefined && name !== ownName) return claims.length > 0 ? name : undefined;
    const isFlood = claims.length === MOST_CLAIMS.claims && now - (claims[0] ?? 0) < MOST_CLAIMS.withinMs;
    return live && isFlood ? NAMELESS : undefined;
  }

  /** The other one may have written it, or this one before a restart. */
  function rivalToldOf(told: Told | undefined): string | undefined {
    if (!told || clock.now().getTime() - Date.parse(told.lastTransitionTime) >= TRUCE_MS) return undefined;
    const names = namesIn(told.message);
    return names.includes(ownName) ? names.find((name) => name !== ownName) : undefined;
  }
}

/** The same from both, so that neither has to correct the other. */
export const contestedBy = (...names: readonly [string, string]): string =>
  `two controllers keep this policy's CronJob: ${names.toSorted().join(' and ')}; both leave it as it is until one of them is gone`;

const namesIn = (message: string): readonly string[] =>
  /^two controllers keep this policy's CronJob: (.+?) and (.+?); /.exec(message)?.slice(1) ?? [];
