/** What came within the last 1,000 ms, by the time that whoever uses it brings. */
export interface LastSecond {
  add(now: number, amount: number): void;
  sum(now: number): number;
}

export const WINDOW_MS = 1000;
/** So many that are over are dropped together, which would else move all others each time. */
const DROPPED_AT_ONCE = 1000;

export function lastSecond(): LastSecond {
  const came: { readonly at: number; readonly amount: number }[] = [];
  let first = 0;
  let total = 0;
  const forget = (now: number): void => {
    for (let oldest = came[first]; oldest && oldest.at <= now - WINDOW_MS; oldest = came[first]) {
      total -= oldest.amount;
      first++;
    }
    if (first <= DROPPED_AT_ONCE) return;
    came.splice(0, first);
    first = 0;
  };
  return {
    add(now, amount) {
      forget(now);
      came.push({ at: now, amount });
      total += amount;
    },
    sum(now) {
      forget(now);
      return total;
    },
  };
}
