import { randomBytes } from 'node:crypto';
import type { Clock } from '../../src/host/clock.ts';
import { FAKE_SECRETS } from '../support/fake-secrets.ts';
import { HttpError, unauthorised } from './wire.ts';

const TOKEN_SECONDS = 14_400;
const ALL_SCOPES = [
  'account_info.read',
  'files.metadata.read',
  'files.metadata.write',
  'files.content.read',
  'files.content.write',
];

/** Those that the test run looks for in every output; only what follows an access token's prefix is random. */
export interface Credentials {
  readonly appKey: string;
  readonly appSecret: string;
  readonly refreshToken: string;
  /** Valid for four hours of the emulator's clock. */
  readonly accessToken: string;
}

export interface OAuth {
  readonly credentials: Credentials;
  readonly refreshes: number;
  /** Answers POST /oauth2/token from its parameters, wherever the client put them. */
  token(parameters: Readonly<Record<string, string>>, authorization: string): object;
  /** Throws 401 unless the token is known, unexpired and has the scope. */
  admit(authorization: string, scope: string): void;
  /** Throws 400 unless it is the app's own key and secret. */
  admitApp(authorization: string): void;
  revoke(authorization: string): void;
  /** Every access token given so far is from now on expired. */
  expireAccessTokens(): void;
  /** Refreshing gives 400 invalid_grant from now on. */
  revokeRefreshToken(): void;
  setScopes(scopes: readonly string[]): void;
  /** The refresh token was made by PKCE: no secret is asked for. */
  usePkce(): void;
}

export function oauth(clock: Clock, tokenSeconds = TOKEN_SECONDS): OAuth {
  const tokens = new Map<string, { expires: number; readonly scopes: readonly string[] | undefined }>();
  let isPublicClient = false;
  let refreshes = 0;
  let refreshable = true;
  let scopes = ALL_SCOPES;
  function issue(narrowed?: readonly string[]): string {
    const token = `${FAKE_SECRETS.accessTokenPrefix}${randomBytes(36).toString('base64url')}`;
    tokens.set(token, { expires: clock.now().getTime() + tokenSeconds * 1000, scopes: narrowed });
    return token;
  }
  const credentials: Credentials = {
    appKey: FAKE_SECRETS.appKey,
    appSecret: FAKE_SECRETS.appSecret,
    refreshToken: FAKE_SECRETS.refreshToken,
    accessToken: issue(),
  };

  const isOurs = ({ id, secret = credentials.appSecret }: Client): boolean =>
    id === credentials.appKey && secret === credentials.appSecret;

  return {
    credentials,
    get refreshes() {
      return refreshes;
    },
    token(parameters, authorization) {
      const client = clientOf(parameters, authorization);
      if (!isOurs(client)) throw invalidClient();
      if (client.secret === undefined && !isPublicClient) {
        throw oauthError('No auth function available for given request', 'invalid_request');
      }
      if (parameters['grant_type'] !== 'refresh_token') {
        throw oauthError('unsupported grant type', 'unsupported_grant_type');
      }
      if (parameters['refresh_token'] !== credentials.refreshToken || !refreshable) {
        throw oauthError('refresh token is invalid or revoked', 'invalid_grant');
      }
      const narrowed = parameters['scope']?.split(' ').filter((scope) => scope !== '');
      if (narrowed?.some((scope) => !scopes.includes(scope))) {
        throw oauthError('requested scopes are not a subset of the granted ones', 'invalid_scope');
      }
      refreshes++;
      const scope = narrowed === undefined ? {} : { scope: narrowed.join(' ') };
      return { token_type: 'bearer', access_token: issue(narrowed), expires_in: tokenSeconds, ...scope };
    },
    admit(authorization, scope) {
      const token = tokens.get(authorization.replace(/^Bearer /, ''));
      if (token === undefined) throw unauthorised('invalid_access_token');
      if (token.expires <= clock.now().getTime()) throw unauthorised('expired_access_token');
      if (!scopes.includes(scope) || token.scopes?.includes(scope) === false)
        throw unauthorised('missing_scope', { required_scope: scope });
    },
    admitApp(authorization) {
      const client = clientOf({}, authorization);
      if (client.secret === undefined || !isOurs(client)) throw invalidClient();
    },
    revoke(authorization) {
      tokens.delete(authorization.replace(/^Bearer /, ''));
      refreshable = false;
    },
    expireAccessTokens() {
      for (const token of tokens.values()) token.expires = 0;
    },
    revokeRefreshToken() {
      refreshable = false;
    },
    usePkce() {
      isPublicClient = true;
    },
    setScopes(given) {
      scopes = [...given];
    },
  };
}

interface Client {
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

/** Form or query fields (Python, JavaScript), or HTTP Basic (rclone). */
function clientOf(parameters: Readonly<Record<string, string>>, authorization: string): Client {
  if (!authorization.startsWith('Basic ')) {
    return { id: parameters['client_id'], secret: parameters['client_secret'] };
  }
  const [id, secret] = Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':');
  return { id: decodeURIComponent(id ?? ''), secret: decodeURIComponent(secret ?? '') };
}

function invalidClient(): HttpError {
  return oauthError('invalid_client: Invalid client_id or client_secret', 'invalid_client');
}

function oauthError(description: string, error: string): HttpError {
  return new HttpError(400, { error, error_description: description });
}
