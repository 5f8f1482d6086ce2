import type { Client } from '../api/client.ts';
import type { Part } from './parts.ts';
import { append, openSession, type Session } from './upload-session.ts';

/** The parts of one upload that are under way, side by side. */
export interface PartSender {
  /** How many have not ended. */
  readonly underWay: number;
  /** The session, once its first part is in. */
  readonly session: Session | undefined;
  /**
   * Sends a part aside, and never rejects. The first one opens the session, and those that come meanwhile wait for it:
   * a session that is lost as long as nobody else's part is in it can be replaced.
   */
  send(part: Part): void;
  /** Resolves when all have ended, however they did. */
  ended(): Promise<void>;
}

export interface Sent {
  /** A part is in, and its buffer free. */
  onSent(): void;
  /** What is under way has to stop by the signal. */
  onError(error: unknown): void;
}

export function sendParts(client: Client, { onSent, onError }: Sent, signal: AbortSignal): PartSender {
  const running = new Set<Promise<void>>();
  let opening: Promise<Session> | undefined;
  let session: Session | undefined;

  const sendFirst = async (part: Part): Promise<Session> => {
    session = await openSession(client, part, signal);
    return session;
  };
  const sent = async (part: Part): Promise<unknown> => {
    if (opening) return append(await opening, part);
    opening = sendFirst(part);
    return await opening;
  };

  return {
    get underWay() {
      return running.size;
    },
    get session() {
      return session;
    },
    send(part) {
      const sending = sent(part).then(
        () => {
          part.release();
          running.delete(sending);
          onSent();
        },
        (error: unknown) => {
          part.release();
          running.delete(sending);
          onError(error);
        },
      );
      running.add(sending);
    },
    async ended() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
