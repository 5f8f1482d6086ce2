import type { Readable } from 'node:stream';
import type { Watch } from './watchdog.ts';

/** The body of an answer, into the places of those who read it; one of them at a time. */
export interface AnswerBody {
  /**
   * The next bytes, until the target is full or the body over. `came` counts those that are in their place: when it
   * breaks (TransferFault), they stay.
   */
  fill(target: Buffer, came: (bytes: number) => void): Promise<void>;
  /** Whether nothing more comes. Only then has the connection been left to others. */
  isOver(): Promise<boolean>;
  /** Frees the connection of a body that is not read to its end. */
  discard(): void;
}

/** One who waits for bytes or, with an empty target, for whether there are any. */
interface Reading {
  readonly target: Buffer;
  filled: number;
  came(bytes: number): void;
  resolve(): void;
  reject(error: unknown): void;
}

interface End {
  readonly error?: unknown;
}

const NOTHING = Buffer.alloc(0);

/** Without an iterator in between: TLS gives 16 KiB at a time. While nobody reads, the connection is held back. */
export function answerBody(
  body: Readable,
  { watchdog, pace }: Watch,
  asFault: (error: unknown) => unknown,
): AnswerBody {
  let reading: Reading | undefined;
  /** Came in one piece with what was asked for. */
  let left: Buffer | undefined;
  /** While the last chunk waits for its turn within the rate; the body may end meanwhile. */
  let turn: Promise<void> | undefined;
  let end: End | undefined;

  const settle = (how: (reading: Reading) => void): void => {
    const settled = reading;
    reading = undefined;
    body.pause();
    watchdog.pause();
    if (settled) how(settled);
  };
  const place = (chunk: Buffer): void => {
    // Over while its turn within the rate was waited for.
    if (!reading) return;
    const { target } = reading;
    const bytes = chunk.copy(target, reading.filled);
    reading.filled += bytes;
    if (bytes > 0) reading.came(bytes);
    if (bytes < chunk.length) left = chunk.subarray(bytes);
    if (left || (bytes > 0 && reading.filled === target.length)) settle(({ resolve }) => resolve());
    else watchdog.moved();
  };
  const finish = (how: End): void => {
    end ??= how;
    watchdog.stop();
    settle(({ resolve, reject }) => ('error' in how ? reject(how.error) : resolve()));
  };
  const fail = (error: unknown): void => finish({ error: asFault(error) });

  body.pause();
  body.on('data', (chunk: Buffer) => {
    const wait = pace?.(chunk.length);
    if (!wait) return place(chunk);
    body.pause();
    turn = wait.then(() => {
      turn = undefined;
      place(chunk);
      if (reading) body.resume();
    }, fail);
  });
  body.on('end', () => {
    if (turn) void turn.then(() => finish({}));
    else finish({});
  });
  // Said too, and heard by nobody else, when a body is left early.
  body.on('error', fail);

  const fill: AnswerBody['fill'] = (target, came) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    reading = { target, filled: 0, came, resolve, reject };
    const first = left;
    left = undefined;
    if (first) place(first);
    if (!reading) return promise;
    if (end) finish(end);
    else {
      watchdog.moved();
      body.resume();
    }
    return promise;
  };
  return {
    fill,
    async isOver() {
      await fill(NOTHING, () => undefined);
      return left === undefined;
    },
    discard() {
      watchdog.stop();
      body.destroy();
    },
  };
}
