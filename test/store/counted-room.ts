import assert from 'node:assert/strict';
import type { Room } from '../../src/host/room.ts';

/** Room for so many bytes, first come first served, that knows what is held. */
export interface CountedRoom extends Room {
  readonly held: number;
  readonly mostHeld: number;
}

export function countedRoom(bytes: number): CountedRoom {
  const waiting: { readonly wanted: number; grant(): void; leave(): void }[] = [];
  let held = 0;
  let mostHeld = 0;
  const hold = (wanted: number): void => {
    held += wanted;
    mostHeld = Math.max(mostHeld, held);
  };
  return {
    get held() {
      return held;
    },
    get mostHeld() {
      return mostHeld;
    },
    take(wanted, signal) {
      signal.throwIfAborted();
      if (waiting.length === 0 && held + wanted <= bytes) {
        hold(wanted);
        return undefined;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = (): void => {
        waiting.splice(waiting.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter = { wanted, grant: resolve, leave };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(waiter);
      return promise.finally(() => signal.removeEventListener('abort', leave));
    },
    give(back) {
      held -= back;
      assert.ok(back > 0 && held >= 0, `${back} bytes given back, of which ${held} are left`);
      for (let first = waiting[0]; first && held + first.wanted <= bytes; first = waiting[0]) {
        waiting.shift();
        hold(first.wanted);
        first.grant();
      }
    },
  };
}
