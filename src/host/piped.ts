import { type ByteChannel, byteChannel, ReaderLeft } from './byte-channel.ts';

export interface PipeEnds<W, R> {
  /** Sends everything, then resolves; the end of the stream is told for it. */
  write(send: ByteChannel['send'], signal: AbortSignal): Promise<W>;
  read(chunks: AsyncIterable<Buffer>, signal: AbortSignal): Promise<R>;
}

/**
 * Runs a writer and a reader at once, with at most `limitBytes` between them. Whichever fails first stops the other and
 * is what is thrown, when both have ended. A writer that fails because the reader has left knows only that: what made
 * the reader leave is still on its way while the reader cleans up (a full disk once ended a run as "the reader stopped").
 */
export async function piped<W, R>(
  limitBytes: number,
  ends: PipeEnds<W, R>,
  outer: AbortSignal,
): Promise<{ readonly written: W; readonly read: R }> {
  const channel = byteChannel(limitBytes);
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  const fail = (error: unknown): never => {
    if (!(error instanceof ReaderLeft)) {
      channel.fail(error);
      stop.abort(error);
    }
    throw error;
  };
  const reading = ends.read(channel, signal).catch(fail);
  const writing = ends
    .write(channel.send, signal)
    .then((written) => {
      channel.end();
      return written;
    })
    .catch(fail);
  const [read, written] = await Promise.allSettled([reading, writing]);
  // An AbortController keeps its first reason.
  if (stop.signal.aborted) throw stop.signal.reason;
  if (read.status === 'rejected') throw read.reason;
  if (written.status === 'rejected') throw written.reason;
  return { written: written.value, read: read.value };
}
