import { KubeError } from './kube-error.ts';

/** client-go doubles from 0.8 s to 30 s; we stop at 8 s, so that ten seconds after an outage the cache is whole again. */
const BASE_MS = 800;
const MOST_MS = 8_000;

/** The server no longer has the version asked for: 410, as a status or as a line of the watch. */
export const isGone = (error: unknown): boolean => error instanceof KubeError && error.status === 410;

/**
 * How long to wait before a list or watch is tried again, in ms. `failures` counts those in a row without a line of
 * the watch in between, the last one included; `random` is in [0, 1). A forgotten version is listed anew at once the
 * first time; a server that asks for more time gets it.
 */
export function restartDelay(failures: number, error: unknown, random: number): number {
  const asked = error instanceof KubeError ? (error.retryAfterMs ?? 0) : 0;
  if (isGone(error) && failures <= 1) return asked;
  const backoff = Math.min(MOST_MS, BASE_MS * 2 ** (failures - 1));
  return Math.max(asked, Math.round(backoff * (0.5 + random / 2)));
}

/**
 * Whether a watch that broke after `lastedMs` lasted longer than the pause before it, so that what broke it counts from
 * one again. It need not have had a line: nothing may have happened since the list. Not one whose version was forgotten:
 * each of those costs a list.
 */
export const hadItsPause = (lastedMs: number, pausedMs: number, error: unknown): boolean =>
  lastedMs > Math.max(BASE_MS, pausedMs) && !isGone(error);
