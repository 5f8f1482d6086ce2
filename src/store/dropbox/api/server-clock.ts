import type { Clock } from '../../../host/clock.ts';
import { TransferFault } from './api-error.ts';

/** Dropbox's time, from the Date header of the newest answer plus what has passed since by the monotonic clock. */
export interface ServerClock {
  heard(dateHeader: string | undefined): void;
  isFresh(): boolean;
  now(): Date;
}

/** After it, a monotonic clock may have stood still with the machine (a laptop that slept, a frozen pod). */
const FRESH_MS = 60_000;

export function startServerClock(clock: Clock): ServerClock {
  let newest: { readonly date: number; readonly at: number } | undefined;
  return {
    heard(dateHeader) {
      const date = Date.parse(dateHeader ?? '');
      if (Number.isFinite(date)) newest = { date, at: clock.elapsed() };
    },
    isFresh: () => newest !== undefined && clock.elapsed() - newest.at < FRESH_MS,
    now() {
      if (!newest) throw new TransferFault('no answer of Dropbox carried a date');
      return new Date(newest.date + clock.elapsed() - newest.at);
    },
  };
}
