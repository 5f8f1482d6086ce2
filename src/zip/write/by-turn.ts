/** What waits, the one whose turn in the archive comes first in front; of one turn those that came first. */
export interface ByTurn<T> {
  readonly first: T | undefined;
  add(turn: number, item: T): void;
  /** Undefined when nobody waits. */
  takeFirst(): T | undefined;
}

interface Waiting<T> {
  readonly turn: number;
  readonly arrival: number;
  readonly item: T;
}

/** A binary heap: thousands of small files may wait for a core at once. */
export function byTurn<T>(): ByTurn<T> {
  const heap: Waiting<T>[] = [];
  let arrivals = 0;
  const isBefore = (a: number, b: number): boolean => {
    const [one, other] = [heap[a], heap[b]];
    if (!one || !other) return false;
    return one.turn === other.turn ? one.arrival < other.arrival : one.turn < other.turn;
  };
  const swap = (a: number, b: number): void => {
    const [one, other] = [heap[a], heap[b]];
    if (!one || !other) return;
    heap[a] = other;
    heap[b] = one;
  };

  return {
    get first() {
      return heap[0]?.item;
    },
    add(turn, item) {
      heap.push({ turn, arrival: arrivals++, item });
      for (let at = heap.length - 1; at > 0; ) {
        const above = (at - 1) >> 1;
        if (!isBefore(at, above)) return;
        swap(at, above);
        at = above;
      }
    },
    takeFirst() {
      swap(0, heap.length - 1);
      const taken = heap.pop();
      for (let at = 0; ; ) {
        const left = 2 * at + 1;
        const below = isBefore(left + 1, left) ? left + 1 : left;
        if (!isBefore(below, at)) break;
        swap(at, below);
        at = below;
      }
      return taken?.item;
    },
  };
}
