import type { Clock } from '../../../host/clock.ts';
import { Failure } from '../../../host/errors.ts';
import { registerSecret } from '../../../host/secrets.ts';
import type { DropboxCredentials } from '../../../host/startup/config.ts';
import type { Retrying } from '../../retrying.ts';
import { parseObject, TransferFault } from './api-error.ts';

export interface Tokens {
  current(): Promise<string>;
  /** For a token that the API has just refused as expired or invalid. */
  renew(refused: string): Promise<string>;
}

export interface TokenOptions {
  readonly credentials: DropboxCredentials;
  readonly clock: Clock;
  readonly retrying: Retrying;
  /** Sends a form to the token endpoint as a body, never in the URL; resolves to the body of a 200. */
  ask(form: URLSearchParams, signal: AbortSignal): Promise<string>;
  /** Ends a refresh when the account is closed: a refresh serves many callers, so no single one may end it. */
  readonly closed: AbortSignal;
}

/** Access tokens live four hours; one must not expire while a request that carries it is on its way. */
const RENEW_BEFORE_MS = 5 * 60_000;

export function createTokens({ credentials, clock, retrying, ask, closed }: TokenOptions): Tokens {
  if (credentials.kind === 'access') return fixedToken(credentials.accessToken);
  const { appKey, appSecret, refreshToken } = credentials;
  for (const secret of [refreshToken, appSecret]) if (secret) registerSecret(secret);
  let token: { readonly value: string; readonly renewAt: number } | undefined;
  let refreshing: Promise<string> | undefined;

  const refresh = async (): Promise<string> => {
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: appKey });
    if (appSecret) form.set('client_secret', appSecret);
    const { access_token: value, expires_in: seconds } = parseObject(await ask(form, closed)) ?? {};
    if (typeof value !== 'string' || typeof seconds !== 'number') {
      throw new TransferFault('the token endpoint answered without a token');
    }
    registerSecret(value);
    token = { value, renewAt: clock.elapsed() + seconds * 1000 - RENEW_BEFORE_MS };
    return value;
  };
  // One refresh serves all who wait: parallel ones would count against the rate limit.
  const refreshOnce = (): Promise<string> => {
    refreshing ??= retrying.run(refresh, closed).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  };

  return {
    current: async () => (token && clock.elapsed() < token.renewAt ? token.value : refreshOnce()),
    renew: async (refused) => (token && token.value !== refused ? token.value : refreshOnce()),
  };
}

function fixedToken(accessToken: string): Tokens {
  registerSecret(accessToken);
  return {
    current: async () => accessToken,
    async renew() {
      throw new Failure('AccessTokenExpired', 'the Dropbox access token is expired or invalid', {
        hint: 'access tokens live four hours; use DROPBOX_APP_KEY, DROPBOX_APP_SECRET and DROPBOX_REFRESH_TOKEN',
      });
    },
  };
}
