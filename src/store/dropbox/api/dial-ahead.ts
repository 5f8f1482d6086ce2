import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** Connections to one origin that are opened before a request needs them. */
export interface DialAhead {
  /** Gives away what was opened ahead, ready or still under way, and else opens. */
  readonly connect: buildConnector.connector;
  /** Opens so many more. What is wrong is told to whoever asks for the connection; nobody hears of one that nobody wants. */
  dial(count: number): void;
  /** Opened, or being opened, and not given away. */
  readonly waiting: number;
  /** Closes what was not given away, and opens no more ahead. */
  end(): void;
}

type Callback = buildConnector.Callback;

/** Longer than a night on a slow line takes to its first listing; a server ends one that asks for nothing after as much or more. */
const UNWANTED_MS = 10_000;

export function dialAhead(connect: buildConnector.connector, to: buildConnector.Options): DialAhead {
  /** Each takes a request's callback; the oldest first. */
  const waiting = new Set<(callback: Callback) => void>();
  const idle = new Set<Socket>();
  let isOver = false;

  const dialOne = (): void => {
    let taken: Callback | undefined;
    const giveDial = (callback: Callback): void => {
      waiting.delete(giveDial);
      taken = callback;
    };
    waiting.add(giveDial);
    connect(to, (error, socket) => {
      waiting.delete(giveDial);
      if (error) taken?.(error, null);
      else if (taken) taken(null, socket);
      else if (isOver) socket.on('error', () => undefined).destroy();
      else keep(socket);
    });
  };

  /** Until it is wanted, ends, or says something unasked, which no server of HTTP does to one that is to be used. */
  const keep = (socket: Socket): void => {
    const drop = (): void => {
      leave();
      socket.on('error', () => undefined).destroy();
    };
    const timer = setTimeout(drop, UNWANTED_MS).unref();
    const events = ['data', 'end', 'error', 'close'] as const;
    const leave = (): void => {
      clearTimeout(timer);
      waiting.delete(giveReady);
      idle.delete(socket);
      for (const event of events) socket.off(event, drop);
    };
    const giveReady = (callback: Callback): void => {
      leave();
      socket.pause().ref();
      // A client of undici does not expect its connection before the call that asks for it has returned.
      queueMicrotask(() => callback(null, socket));
    };
    waiting.add(giveReady);
    idle.add(socket);
    for (const event of events) socket.on(event, drop);
    // Nobody waits for it: it keeps no process.
    socket.unref();
  };

  return {
    connect(options, callback) {
      const [give] = (options.servername ?? undefined) === to.servername ? waiting : [];
      if (give) give(callback);
      else connect(options, callback);
    },
    dial(count) {
      for (let n = 0; n < count && !isOver; n++) dialOne();
    },
    get waiting() {
      return waiting.size;
    },
    end() {
      isOver = true;
      for (const socket of idle) socket.destroy();
    },
  };
}
