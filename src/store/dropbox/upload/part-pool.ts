/**
 * The buffers of one upload: at most `buffers`, made when first needed. This is what bounds an upload's memory. It is
 * shared with the thread that hashes the parts: moved there and back, a part would be lost with the thread.
 */
export interface PartPool {
  readonly partBytes: number;
  readonly hasFree: boolean;
  /** One of those that are free. */
  take(): Buffer;
  release(buffer: Buffer): void;
  /** Resolves once one is free. */
  free(): Promise<void>;
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
      return Buffer.from(new SharedArrayBuffer(partBytes));
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
  };
}
