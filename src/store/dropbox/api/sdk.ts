import { Dropbox } from 'dropbox';
import { Response } from 'undici';
import { TransferFault } from './api-error.ts';
import type { Send } from './api-request.ts';
import { textOf } from './http.ts';

/**
 * The official SDK for its typed RPC calls only, with a fetch that is ours: its own token handling (secrets in the
 * URL, one refresh per call) and downloads (whole files in memory) are never reached. dropbox-sdk-js 10.47 auth.js
 * and response.js.
 */
export function sdkOver(send: Send): Dropbox {
  return new Dropbox({
    async fetch(
      url: string,
      { body, headers, signal }: { body: string | null; headers: Record<string, string>; signal: AbortSignal },
    ) {
      const route = new URL(url).pathname.replace(/^\/2\//, '');
      const answer = await send(
        { route, host: 'api', headers, body: body === null ? undefined : Buffer.from(body), slow: true },
        signal,
      );
      const text = await textOf(answer);
      const type = answer.header('content-type') ?? '';
      // A proxy's login page is a 200 too.
      if (!type.startsWith('application/json'))
        throw new TransferFault(`${route} was answered with ${type || 'no type'}`);
      // undici's own: the global one would load the undici that Node brings, 35 ms while the next call waits.
      return new Response(text, { status: answer.status });
    },
  });
}
