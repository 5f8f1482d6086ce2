import pLimit from 'p-limit';
import type { RUN_LOG } from '../api/failure-codes/run-log.ts';
import type { Clock } from '../host/clock.ts';
import type { Failure } from '../host/errors.ts';
import { type Connection, connect, type Query } from './connection.ts';
import type { DatabaseUrl } from './database-url.ts';
import { journalFailure } from './faults.ts';
import { type Patience, withPatience } from './patience.ts';

/** Transactions against one database that outlive its connections: a failed one is repeated on a new connection. */
export interface Session {
  /**
   * Runs `work` in a transaction, again from its beginning after a passing fault; so it must be repeatable even when
   * its COMMIT was lost on the way back. Calls wait for one another. Throws Failures; `refused` is the code for a
   * statement that the server did not accept, JournalUnusable where that has no meaning of its own.
   */
  transact<T>(work: (query: Query) => Promise<T>, refused?: keyof typeof RUN_LOG): Promise<T>;
  close(): Promise<void>;
}

/** Milliseconds: of one statement on the server, and of the session, after which nothing is tried a second time. */
export interface SessionLimits {
  readonly statementMs: number;
  readonly budgetMs: number;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly waits?: Patience['waits'];
}

/** Once the signal aborts, what is under way ends at once and throws its reason. */
export function createSession(
  database: DatabaseUrl,
  { clock, signal, waits }: SessionOptions,
  limits: SessionLimits,
): Session {
  const oneAtATime = pLimit(1);
  const end = clock.elapsed() + limits.budgetMs;
  let connection: Connection | undefined;

  async function close(): Promise<void> {
    const open = connection;
    connection = undefined;
    await open?.close();
  }

  async function attempt<T>(work: (query: Query) => Promise<T>): Promise<T> {
    connection ??= await connect(database, limits.statementMs, signal);
    try {
      return await connection.transaction(work);
    } catch (error) {
      await close();
      throw error;
    }
  }

  return {
    transact: (work, refused = 'JournalUnusable') =>
      oneAtATime(async () => {
        const failure = (error: unknown): Failure => journalFailure(error, database.address, refused);
        const says = (error: unknown): string => failure(error).message;
        try {
          return await withPatience({ clock, end, signal, waits, says }, () => attempt(work));
        } catch (error) {
          throw failure(signal?.aborted ? signal.reason : error);
        }
      }),
    close,
  };
}
