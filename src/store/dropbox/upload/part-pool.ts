import { giveBack } from '../../../host/memory.ts';

/**
 * The buffers of one upload: at most `buffers`, made when first needed. This is what bounds an upload's memory.
 */
export interface PartPool {
  readonly partBytes: number;
  readonly hasFree: boolean;
  /** One of those that are free. */
  take(): Buffer;
  release(buffer: Buffer): void;
  /** Resolves once one is free. */
  free(): Promise<void>;
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
  const hasFree = (): boolean => free.length > 0 || made < buffers;

  return {
    partBytes,
    get hasFree() {
      return hasFree();
    },
    take() {
      const used = free.pop();
      if (used) return used;
      if (made === buffers) throw new Error('all buffers of the upload are in use');
      made++;
      return Buffer.allocUnsafeSlow(partBytes);
    },
    release(buffer) {
      free.push(buffer);
      released.resolve();
    },
    async free() {
      while (!hasFree()) {
        released = Promise.withResolvers<void>();
        await released.promise;
      }
    },
    end() {
      for (const buffer of free.splice(0)) giveBack(buffer);
    },
  };
}
