import { byTurn } from './by-turn.ts';

/** Runs so many at once; of those that wait, the one whose turn in the archive comes first. */
export function limitByTurn(limit: number): <T>(turn: number, work: () => Promise<T>) => Promise<T> {
  const waiting = byTurn<() => void>();
  let running = 0;

  return async (turn, work) => {
    if (running === limit) await new Promise<void>((resolve) => waiting.add(turn, resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.takeFirst();
      // Its place passes on to the next.
      if (next) next();
      else running -= 1;
    }
  };
}
