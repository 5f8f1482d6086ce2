import { isIP } from 'node:net';
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { type DialAhead, dialAhead } from './dial-ahead.ts';
import type { ProxySetting } from './proxy-setting.ts';

/** More than the policy can ask for (64 downloads and 16 uploads at once), so that nothing waits for a connection. */
const MAX_CONNECTIONS = 96;
const CONNECT_TIMEOUT_MS = 10_000;
/**
 * How long one of several addresses may take before the next is tried. Node's 250 ms end every connect over a satellite
 * or a busy line (700 ms a round trip), address after address; half of the time for all leaves room for a dead first one.
 */
const ADDRESS_TIMEOUT_MS = CONNECT_TIMEOUT_MS / 2;

const CONNECT = {
  timeout: CONNECT_TIMEOUT_MS,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
};

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
  connect: CONNECT,
};

/** A ProxyAgent takes what concerns its connections under names of its own. */
const THROUGH_PROXY = { connectTimeout: CONNECT_TIMEOUT_MS, proxyTls: CONNECT, clientFactory: clientOf };

/**
 * The connections to the proxy itself. An address is no name that TLS may ask for: Node warns (DEP0123), and of one that
 * is asked for all the same some servers hang up. Its certificate is held to the address either way.
 */
function clientOf(proxy: URL, options: object): Dispatcher {
  const { connect, ...rest } = options as { connect: buildConnector.connector };
  const isAddress = isIP(proxy.hostname.replace(/^\[|\]$/g, '')) !== 0;
  const nameless: buildConnector.connector = ({ servername: _, ...to }, done) => connect(to, done);
  return new Pool(proxy, { ...rest, connect: isAddress ? nameless : connect });
}

/** The connections to Dropbox, or to what stands in its place. */
export interface Connections {
  readonly dispatcher: Dispatcher;
  /**
   * Sees to it that so many requests to an origin find a connection that is open, or nearly: over a line a new one takes
   * two or three round trips before its first request. Asks for nothing.
   */
  open(origin: URL, atOnce: number): void;
  close(): Promise<void>;
}

/** Through the proxy of the environment unless NO_PROXY has the host. */
export function openConnections(proxy: ProxySetting | undefined): Connections {
  const pools = new Map<string, { readonly pool: Pool; readonly ahead: DialAhead }>();
  const all = new Set<DialAhead>();
  const factory = (origin: string | URL, options: object): Dispatcher => {
    const { connect } = options as { connect: buildConnector.connector | object };
    const dial = typeof connect === 'function' ? (connect as buildConnector.connector) : DIRECTLY;
    const ahead = dialAhead(dial, addressOf(new URL(origin)));
    const pool = new Pool(origin, { ...options, connect: ahead.connect });
    all.add(ahead);
    pools.set(new URL(origin).origin, { pool, ahead });
    return pool;
  };
  const options = { ...OPTIONS, factory };
  const dispatcher = proxy ? new EnvHttpProxyAgent({ ...options, ...THROUGH_PROXY }) : new Agent(options);
  return {
    dispatcher,
    open({ origin }, atOnce) {
      if (!pools.has(origin)) makePool(dispatcher, origin);
      const { pool, ahead } = pools.get(origin) ?? {};
      if (pool && ahead) ahead.dial(atOnce - ahead.waiting - pool.stats.connected);
    },
    async close() {
      for (const ahead of all) ahead.end();
      await dispatcher.destroy();
    },
  };
}

const DIRECTLY = buildConnector({ ...CONNECT, allowH2: false });

/** As undici's own clients put it. */
function addressOf({ host, hostname, protocol, port }: URL): buildConnector.Options {
  const name = hostname.replace(/^\[|\]$/g, '');
  return { host, hostname: name, protocol, port, ...(isIP(name) === 0 && { servername: name }) };
}

/** undici knows how to reach an origin once it is asked for something there. This is refused before anything is sent. */
function makePool(dispatcher: Dispatcher, origin: string): void {
  dispatcher.dispatch({ origin, path: '/', method: '' as Dispatcher.HttpMethod }, { onResponseError: () => undefined });
}
