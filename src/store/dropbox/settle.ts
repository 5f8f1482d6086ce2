import { ApiError, mayHaveHappened, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { judge } from './api/judge.ts';

/** What was done may stay invisible for some seconds; so often a refused repetition is doubted. */
const DOUBTS = 5;

/**
 * Makes one change whose answer may get lost (a reset, a 5xx, `internal_error`: all three were seen after Dropbox had
 * committed). Before the change is sent again, and when the second time is refused because of the first, `look` says
 * whether it has happened: it resolves to the result then, and to undefined otherwise.
 */
export function settle<T>(
  client: Client,
  send: () => Promise<T>,
  look: () => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<T> {
  let isUncertain = false;
  let doubts = 0;
  return client.account.retrying.run(async () => {
    if (isUncertain) {
      const done = await look();
      if (done !== undefined) return done;
    }
    try {
      return await send();
    } catch (error) {
      if (isUncertain && isRefusal(error)) {
        const done = await look();
        if (done !== undefined) return done;
        if (++doubts <= DOUBTS)
          throw new TransferFault('a change is refused, and an earlier attempt may have made it', error);
      }
      isUncertain ||= mayHaveHappened(error);
      throw error;
    }
  }, signal);
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && judge(error).kind === 'final';
}
