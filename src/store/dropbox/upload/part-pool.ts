import { giveBack } from '../../../host/memory.ts';

/**
 * The buffers of one upload: at most `buffers`, made when first needed. With all of them out, `take` waits for a
 * release. This is what bounds an upload's memory.
 */
export interface PartPool {
  readonly partBytes: number;
  take(): Promise<Buffer>;
  release(buffer: Buffer): void;
  /**
   * Gives the memory of all that were released back: 64 MiB by default, which the check that follows an upload would
   * otherwise find taken. Only after a success: a request that broke off may still read from its buffer.
   */
  end(): void;
}

export function partPool(partBytes: number, buffers: number): PartPool {
  const free: Buffer[] = [];
  let made = 0;
  let released = Promise.withResolvers<void>();

  return {
    partBytes,
    async take() {
      while (free.length === 0 && made === buffers) {
        released = Promise.withResolvers<void>();
        await released.promise;
      }
      const used = free.pop();
      if (used) return used;
      made++;
      return Buffer.allocUnsafeSlow(partBytes);
    },
    release(buffer) {
      free.push(buffer);
      released.resolve();
    },
    end() {
      for (const buffer of free.splice(0)) giveBack(buffer);
    },
  };
}
