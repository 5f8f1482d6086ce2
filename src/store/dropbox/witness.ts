import type { FileEntry } from '../store.ts';
import type { Client } from './api/client.ts';
import { bytesOf } from './api/http.ts';

/** Tells a file that can't be had from a service that can't be reached: a file that was had is asked for once more. */
export interface Witness {
  /** A file came whole and right. */
  had(file: FileEntry): void;
  /** Whether such a file can be had now. False where none ever could. */
  vouches(signal: AbortSignal): Promise<boolean>;
}

export function createWitness(client: Client): Witness {
  let rev: string | undefined;
  return {
    had(file) {
      if (file.size > 0) rev = file.rev;
    },
    async vouches(signal) {
      if (rev === undefined) return false;
      try {
        const answer = await client.content('files/download', { path: `rev:${rev}` }, { range: 'bytes=0-0' }, signal);
        return (await bytesOf(answer)).length > 0;
      } catch {
        signal.throwIfAborted();
        return false;
      }
    },
  };
}
