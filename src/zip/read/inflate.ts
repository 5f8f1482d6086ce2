import { once } from 'node:events';
import { promisify } from 'node:util';
import { createInflateRaw, type InflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib';
import { corrupt, shownName } from './corrupt.ts';
import type { ZipEntry } from './decode.ts';

/** With `info`, Node hands out the engine too, which knows how much of its input the deflate stream took. */
const inflateWithInfo = promisify(inflateRaw) as unknown as (
  data: Buffer,
  options: ZlibOptions,
) => Promise<{ readonly buffer: Buffer; readonly engine: InflateRaw }>;

const OUTPUT_BYTES = 1024 * 1024;
/** Lets the end of the stream be seen without a second round for an empty rest. */
const SLACK_BYTES = 64;

/** Inflates a whole entry on the thread pool, never to more than its declared size. */
export async function inflateWhole(data: Buffer, entry: ZipEntry): Promise<Buffer> {
  try {
    const { buffer, engine } = await inflateWithInfo(data, {
      info: true,
      chunkSize: entry.size + SLACK_BYTES,
      maxOutputLength: Math.max(1, entry.size),
    });
    checkEnd(engine, entry);
    return buffer;
  } catch (error) {
    throw inflateFailure(error, entry);
  }
}

/** The same for data of any size. */
export async function* inflateChunks(data: AsyncIterable<Buffer>, entry: ZipEntry): AsyncGenerator<Buffer, void, void> {
  const inflate = createInflateRaw({ chunkSize: OUTPUT_BYTES });
  const ended = new AbortController();
  const feed = async (): Promise<void> => {
    for await (const chunk of data) {
      if (!inflate.write(chunk)) await once(inflate, 'drain', { signal: ended.signal });
    }
    inflate.end();
  };
  const feeding = feed().catch((error: unknown) => {
    inflate.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  let size = 0;
  try {
    for await (const chunk of inflate) {
      size += chunk.length;
      if (size > entry.size) throw corrupt(`${shownName(entry.name)} unfolds to more than its ${entry.size} bytes`);
      yield chunk;
    }
    checkEnd(inflate, entry);
  } catch (error) {
    throw inflateFailure(error, entry);
  } finally {
    ended.abort();
    inflate.destroy();
    await feeding;
  }
}

/** A deflate stream ends by itself; bytes behind its end would be seen by no reader. */
function checkEnd(engine: InflateRaw, entry: ZipEntry): void {
  if (engine.bytesWritten !== entry.compressedSize) {
    throw corrupt(
      `the data of ${shownName(entry.name)} end after ${engine.bytesWritten} of ${entry.compressedSize} bytes`,
    );
  }
}

/** Only zlib's own complaints (Z_DATA_ERROR and the like, ERR_BUFFER_TOO_LARGE) mean a damaged archive. */
function inflateFailure(error: unknown, entry: ZipEntry): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('Z_') && code !== 'ERR_BUFFER_TOO_LARGE') return error;
  return corrupt(`${shownName(entry.name)} can't be inflated`, { cause: error });
}
