import type { Emulator } from '../dropbox/emulator.ts';
import type { Relay } from './relay.ts';

export interface RoundedCall {
  readonly route: string;
  readonly path: string;
  /** In which round it was under way, from 1. */
  readonly round: number;
}

const TICK_MS = 10;
/** So many turns of this very process, slow as it may be, in which nothing more is asked: whatever is still to come waits for an answer. */
const QUIET_TICKS = 8;
/** TCP (or a proxy's CONNECT) and TLS, before a connection can carry a call. */
const CONNECTING_ROUNDS = 2;

/**
 * What is called while `work` goes on, in rounds: all that is asked is answered at once, when nothing more comes before an
 * answer does. So the last round is the number of calls of which each waits for the one before: with round trips of one
 * length, and no other work, the night would last for so many. Over a relay a new connection has its rounds too.
 */
export async function roundsOf(
  { faults }: Emulator,
  work: () => Promise<unknown>,
  relay?: Relay,
): Promise<RoundedCall[]> {
  const calls: RoundedCall[] = [];
  let waiting: (() => void)[] = [];
  const answered = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  let round = 1;
  let quiet = 0;
  const stop = faults.onRequest(async ({ route, paths: [path = ''] }) => {
    calls.push({ route, path, round });
    quiet = 0;
    await answered();
  });
  relay?.onConnection(async () => {
    for (let n = 0; n < CONNECTING_ROUNDS; n++) await answered();
  });
  const ticking = setInterval(() => {
    quiet += 1;
    if (waiting.length === 0 || quiet < QUIET_TICKS) return;
    round += 1;
    quiet = 0;
    const due = waiting;
    waiting = [];
    for (const answer of due) answer();
  }, TICK_MS);
  try {
    await work();
    return calls;
  } finally {
    clearInterval(ticking);
    stop();
  }
}

/** For people. */
export const shownRounds = (calls: readonly RoundedCall[]): string =>
  calls.map(({ round, route, path }) => `${String(round).padStart(4)} ${route} ${path}`).join('\n');
