import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { Failure, messageOf } from '../../../host/errors.ts';
import { isLoopback } from '../../../host/loopback.ts';

/** More than the policy can ask for (32 downloads and 16 uploads at once), so that nothing waits for a connection. */
const MAX_CONNECTIONS = 64;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * An answer carries the path of its file twice in one header, with up to six bytes a letter. Node's 16 KiB end at 1,250
 * letters that are no ASCII; this holds every path that a ZIP can.
 */
const MAX_HEADER_BYTES = 1024 * 1024;

const OPTIONS = {
  maxHeaderSize: MAX_HEADER_BYTES,
  connections: MAX_CONNECTIONS,
  // HTTP/2 would put all parts on one connection with one flow-control window.
  allowH2: false,
  // Both are watched by a watchdog, because undici's do not see a request body move or a reader pause.
  headersTimeout: 0,
  bodyTimeout: 0,
  connect: { timeout: CONNECT_TIMEOUT_MS },
};

/**
 * The connections to Dropbox, or to `origin` in its place: through the proxy that HTTPS_PROXY or HTTP_PROXY names (or
 * their lower-case forms), unless NO_PROXY has the host or it is this machine itself.
 */
export function openAgent(origin: string | undefined): Dispatcher {
  if (origin !== undefined && isLoopback(new URL(origin))) return new Agent(OPTIONS);
  try {
    return new EnvHttpProxyAgent(OPTIONS);
  } catch (error) {
    throw new Failure('ProxyInvalid', `HTTPS_PROXY or HTTP_PROXY is not the address of a proxy: ${messageOf(error)}`, {
      hint: 'write it as http://HOST:PORT',
      cause: error,
    });
  }
}
