import type { ReadRange } from './byte-run.ts';

/**
 * Shows each range to `see` in the order in which they were asked for, whenever they come, and passes it on then. After
 * one that failed all fail, since nothing in front of them can be seen any more.
 */
export function inAskedOrder(read: ReadRange, see: (range: Buffer, offset: number) => void): ReadRange {
  let before: Promise<unknown> = Promise.resolve();
  return (offset, length) => {
    const came = read(offset, length);
    const turn = Promise.all([came, before]).then(([range]) => {
      see(range, offset);
      return range;
    });
    before = turn.then(() => undefined);
    before.catch(() => undefined);
    return turn;
  };
}
