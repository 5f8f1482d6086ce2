import type { users } from 'dropbox';
import type { Clock } from '../../../host/clock.ts';
import type { DropboxCredentials } from '../../../host/startup/config.ts';
import type { Throttle } from '../../../host/throttle.ts';
import { untilAborted } from '../../../host/until-aborted.ts';
import { createRetrying, type Retrying, type WaitKind, type WaitUnderWay } from '../../retrying.ts';
import { ApiError, member, requireAnswer } from './api-error.ts';
import type { ApiRequest, Send } from './api-request.ts';
import { tokenRefusal } from './credential-refusals.ts';
import { type HttpAnswer, openHttp, textOf } from './http.ts';
import { judge } from './judge.ts';
import { foreignAnswer } from './origin.ts';
import { createPlaces } from './places.ts';
import { createRateLimit } from './rate-limit.ts';
import { commonRefusal } from './refusals.ts';
import { sdkOver } from './sdk.ts';
import { startServerClock } from './server-clock.ts';
import { createTokens } from './tokens.ts';

/** What the caller may count: requests by route and outcome, and what was waited for. */
export interface DropboxEvents {
  request?(route: string, outcome: number | 'fault'): void;
  wait?(kind: WaitKind, ms: number, wait: WaitUnderWay): void;
  goOn?(): void;
  /** Calls are held to so many a second from now on; undefined: no more. */
  pace?(perSecond: number | undefined): void;
}

export interface AccountOptions {
  readonly credentials: DropboxCredentials;
  readonly clock: Clock;
  /** Where everything goes instead of to Dropbox (CASE_BACKUP_DROPBOX_ORIGIN). */
  readonly origin?: string | undefined;
  /** In `clock.elapsed()` milliseconds: after it nothing is waited for any more. */
  readonly deadline?: number | undefined;
  /** How long a request may be silent; five times as long where Dropbox may have to think. Default: a minute. */
  readonly idleMs?: number | undefined;
  readonly events?: DropboxEvents | undefined;
  /** Most downloads at once, of all stores of the account together. */
  readonly maxConcurrentDownloads: number;
  /** Shared with whatever else has to keep to the same rate; undefined: as fast as it goes. */
  readonly throttle?: Throttle | undefined;
}

/**
 * One Dropbox account: its token, its rate limit and its connections, which all stores of the account share, because
 * Dropbox counts per authorisation. `close` ends what is still under way.
 */
export interface DropboxAccount {
  readonly clock: Clock;
  readonly retrying: Retrying;
  readonly send: Send;
  /** Whom the token belongs to. Asked once and kept, so that a namespace can't change within a run. */
  whoAmI(signal: AbortSignal): Promise<users.FullAccount>;
  now(signal: AbortSignal): Promise<Date>;
  /** So many requests of a kind will soon be under way, at once as far as they may: their connections are opened meanwhile. */
  expect(kind: keyof typeof CONNECTIONS, atOnce: number): void;
  close(): Promise<void>;
}

interface Answered {
  readonly answer: HttpAnswer;
  /** What an answer that is no success, and has this body, means. */
  refusal(text: string): ApiError;
}

/** What goes over connections of its own. */
const CONNECTIONS = {
  calls: { host: 'api', bodies: 'short' },
  transfers: { host: 'content', bodies: 'short' },
  uploads: { host: 'content', bodies: 'long' },
} as const;

/** A transfer that is silent for a minute is dead: appends and downloads answer within seconds. */
const IDLE_MS = 60_000;
/** Listings of huge trees were silent for 100 s, commits of huge files for minutes; asking again only starts over. */
const SLOW_FACTOR = 5;

export function openDropboxAccount(options: AccountOptions): DropboxAccount {
  const { clock, origin, events, idleMs = IDLE_MS } = options;
  const http = openHttp({ origin, throttle: options.throttle });
  const closing = new AbortController();
  const retrying = createRetrying({
    clock,
    judge,
    deadline: options.deadline,
    onWait: (kind, ms, wait) => events?.wait?.(kind, ms, wait),
    onGoOn: () => events?.goOn?.(),
  });
  const serverClock = startServerClock(clock);

  const places = createPlaces(options.maxConcurrentDownloads, clock);
  const rateLimit = createRateLimit({
    clock,
    retrying,
    closed: closing.signal,
    onPace: (perSecond) => events?.pace?.(perSecond),
  });

  const originOf = (host: ApiRequest['host']): string => origin ?? `https://${host}.dropboxapi.com`;
  let isDropbox = false;
  const post = async (request: ApiRequest & { readonly path: string }, signal: AbortSignal): Promise<Answered> => {
    const { route, headers, body, downloadBytes } = request;
    const isDownload = downloadBytes !== undefined;
    const url = new URL(request.path, originOf(request.host));
    const place = isDownload ? await places.take(downloadBytes, signal) : undefined;
    const call = await rateLimit.enter(isDownload, signal).catch((error: unknown) => {
      place?.leave();
      throw error;
    });
    place?.asked();
    try {
      const patience = request.slow ? SLOW_FACTOR * idleMs : idleMs;
      const answer = await http.post({ url, headers, body, idleMs: patience, onOver: place?.leave }, signal);
      place?.answered();
      events?.request?.(route, answer.status);
      if (origin !== undefined && !isDropbox) {
        const foreign = foreignAnswer(answer.status, answer.header('content-type') ?? '');
        if (foreign) {
          answer.discard();
          throw foreign;
        }
        isDropbox = answer.status < 300;
      }
      serverClock.heard(answer.header('date'));
      if (answer.status !== 429) call.passed();
      return {
        answer,
        refusal(text) {
          const error = new ApiError(route, answer.status, text, answer.header('retry-after'));
          call.failed(error);
          return error;
        },
      };
    } catch (error) {
      place?.leave();
      if (!signal.aborted) events?.request?.(route, 'fault');
      throw error;
    }
  };

  const tokens = createTokens({
    credentials: options.credentials,
    clock,
    retrying,
    closed: closing.signal,
    async ask(form, signal) {
      const route = 'oauth2/token';
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const body = Buffer.from(form.toString());
      const { answer, refusal } = await post({ route, path: `/${route}`, host: 'api', headers, body }, signal);
      const text = await textOf(answer);
      if (answer.status === 200) return text;
      if (answer.status === 429 || answer.status >= 500) throw refusal(text);
      throw tokenRefusal(answer.status, text);
    },
  });

  const send: Send = async (request, signal) => {
    let token = await untilAborted(tokens.current(), signal);
    for (let mayRenew = true; ; mayRenew = false) {
      const headers = { ...request.headers, authorization: `Bearer ${token}` };
      const { answer, refusal } = await post({ ...request, path: `/2/${request.route}`, headers }, signal);
      if (answer.status >= 200 && answer.status < 300) return answer;
      const text = await textOf(answer);
      if (answer.status === 401 && mayRenew && /"(expired|invalid)_access_token"/.test(text)) {
        token = await untilAborted(tokens.renew(token), signal);
      } else throw commonRefusal(request.route, answer.status, text) ?? refusal(text);
    }
  };

  const sdk = sdkOver(send);
  let asked: Promise<users.FullAccount> | undefined;
  const whoAmI = async (): Promise<users.FullAccount> => {
    const { signal } = closing;
    return await retrying.run(async () => {
      const { result } = await sdk.usersGetCurrentAccount({ signal });
      const names = [member(result, 'account_id'), member(member(result, 'root_info'), 'root_namespace_id')];
      requireAnswer(names.every((name) => typeof name === 'string'));
      return result;
    }, signal);
  };
  return {
    clock,
    retrying,
    send,
    whoAmI(signal) {
      asked ??= whoAmI().catch((error: unknown) => {
        asked = undefined;
        throw error;
      });
      return untilAborted(asked, signal);
    },
    async now(signal) {
      if (!serverClock.isFresh()) await retrying.run(() => sdk.checkUser({ query: '' }, { signal }), signal);
      return serverClock.now();
    },
    expect(kind, atOnce) {
      const { host, bodies } = CONNECTIONS[kind];
      const most = kind === 'transfers' ? options.maxConcurrentDownloads : atOnce;
      http.open(new URL(originOf(host)), Math.min(atOnce, most), bodies);
    },
    async close() {
      closing.abort(new Error('the Dropbox account was closed'));
      await http.close();
    },
  };
}
