import type { Clock } from '../../../host/clock.ts';
import { DEFAULT_PAUSE_MS, type Retrying } from '../../retrying.ts';
import { judge } from './judge.ts';
import { createPace } from './pace.ts';
import { createTurns } from './turns.ts';

/** What all calls of an account pass before they go out: a pause that Dropbox asked for, and the pace found since. */
export interface RateLimit {
  enter(isDownload: boolean, signal: AbortSignal): Promise<Call>;
}

/** One that has gone out, and is to be told what became of it. */
export interface Call {
  passed(): void;
  failed(error: unknown): void;
}

export interface RateLimitOptions {
  readonly clock: Clock;
  readonly retrying: Retrying;
  readonly closed: AbortSignal;
  /** Told when it changes, at each call; undefined: no pace. */
  onPace?(perSecond: number | undefined): void;
}

export function createRateLimit({ clock, retrying, closed, onPace }: RateLimitOptions): RateLimit {
  const pace = createPace();
  const turns = createTurns(pace, clock, closed);
  let told: number | undefined;
  const tell = (): void => {
    if (told === pace.perSecond) return;
    told = pace.perSecond;
    onPace?.(told);
  };

  return {
    async enter(isDownload, signal) {
      let wasDue: boolean;
      // A pause may begin while a turn is waited for; who comes out of it takes a new turn.
      do {
        await retrying.ready(signal);
        wasDue = await turns.take(isDownload, signal);
      } while (retrying.isPaused);
      const sentAt = clock.elapsed();
      pace.sent(sentAt, wasDue);
      tell();
      return {
        passed: () => pace.passed(sentAt),
        failed(error) {
          const judgement = judge(error);
          if (judgement.kind !== 'rateLimited') return;
          pace.refused(sentAt, clock.elapsed(), judgement.afterMs ?? DEFAULT_PAUSE_MS);
          tell();
        },
      };
    },
  };
}
