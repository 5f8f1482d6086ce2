import { setImmediate as turn } from 'node:timers/promises';

/** Longer than a turn costs, and short enough that a page or a signal is answered as if nothing were going on. */
const TURN_MS = 20;

/**
 * The items of a long loop that waits for nothing by itself, with a turn for sockets, timers and signals in between: a
 * million rows would else be ten seconds in which a run answers nobody. Throws the signal's reason once it aborts.
 */
export async function* inTurns<T>(items: Iterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  let began = performance.now();
  for (const item of items) {
    if (performance.now() - began > TURN_MS) {
      await turn();
      signal.throwIfAborted();
      began = performance.now();
    }
    yield item;
  }
}
