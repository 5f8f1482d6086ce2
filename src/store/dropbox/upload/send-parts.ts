import type { Client } from '../api/client.ts';
import type { Part } from './parts.ts';
import { append, isSessionLost, type Session, startSession } from './upload-session.ts';

/** The parts of one upload that are under way, side by side. */
export interface PartSender {
  /** How many have not ended. */
  readonly underWay: number;
  /** Of all parts; undefined before there are any. */
  readonly session: Promise<Session> | undefined;
  /** Sends a part aside, and never rejects; the first one starts the session. */
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

const SESSION_TRIES = 3;

export function sendParts(client: Client, { onSent, onError }: Sent, signal: AbortSignal): PartSender {
  const running = new Set<Promise<void>>();
  let session: Promise<Session> | undefined;
  let isAnyIn = false;

  /** As long as no part is known to be in it, a session that is lost is replaced, and all parts go to the new one. */
  const sent = async (part: Part): Promise<void> => {
    for (let tries = 1; ; tries++) {
      session ??= startSession(client, signal);
      const mine = session;
      try {
        await append(await mine, part);
        if (session !== mine) continue;
        isAnyIn = true;
        return;
      } catch (error) {
        if (isAnyIn || tries >= SESSION_TRIES || !isSessionLost(error)) throw error;
        if (session === mine) session = undefined;
      }
    }
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
