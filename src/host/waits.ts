import { clip } from '../api/clip.ts';
import type { Wait } from '../api/report.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What a run waits for instead of working: one at a time, the one that was told first. */
export interface Waits {
  /** Told at the first wait and at every later one; the log hears of the first. */
  begin(wait: { readonly for: string; readonly since: Date; readonly until?: Date | undefined }): void;
  /** Something has moved: nobody waits. Costs nothing while nobody did. */
  goesOn(): void;
  readonly current: Wait | undefined;
}

/** For who waits, without looking at what is waited for. */
export type TellWaits = Pick<Waits, 'begin' | 'goesOn'>;

/** As much as a report's schema and a status line hold. */
const MOST_BYTES = 256;
/** A line that breaks and heals all night is told so often. */
const QUIET_MS = 10 * 60_000;

export function createWaits(log: Log, clock: Clock): Waits {
  let current: Wait | undefined;
  let toldAt: number | undefined;
  let isTold = false;
  return {
    begin({ for: what, since, until }) {
      const isNew = current === undefined;
      current = {
        for: clip(what.toWellFormed(), MOST_BYTES),
        since: current?.since ?? toSecond(since),
        ...(until && { until: later(current?.until, toSecond(until)) }),
      };
      if (!isNew || (toldAt !== undefined && clock.elapsed() - toldAt < QUIET_MS)) return;
      toldAt = clock.elapsed();
      isTold = true;
      log.warn({ waiting: current }, `waiting: ${current.for}`);
    },
    goesOn() {
      if (current === undefined) return;
      if (isTold) log.info({ waited: current }, 'it goes on');
      isTold = false;
      current = undefined;
    },
    get current() {
      return current;
    },
  };
}

/** Whole seconds: whoever shows a wait again and again shows the same. */
const toSecond = (date: Date): string => new Date(Math.round(date.getTime() / 1000) * 1000).toISOString();

const later = (a: string | undefined, b: string): string => (a !== undefined && a > b ? a : b);
