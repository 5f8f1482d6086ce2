import type { CREDENTIALS } from '../../../api/failure-codes/credentials.ts';
import { Failure } from '../../../host/errors.ts';
import { member, parseObject } from './api-error.ts';

const NEW_TOKEN_HINT =
  'link the app to the account again and put the new refresh token into the secret (DROPBOX_REFRESH_TOKEN)';

/** As in dropbox/dbxcli issue 184. */
export const APP_DISABLED = /app is (currently )?disabled/i;

/** As in watermint/toolbox issue 18: an app with any team scope gets its token from an administrator, for the whole team. */
export const TEAM_TOKEN = /token you provided is for an entire Dropbox Business team/i;

/** The token endpoint said no: its errors follow RFC 6749 §5.2. */
export function tokenRefusal(status: number, body: string): Failure {
  const { error } = parseObject(body) ?? {};
  const refuse = (code: keyof typeof CREDENTIALS, message: string, hint: string): Failure =>
    new Failure(code, message, { hint });
  if (error === 'invalid_grant') {
    return refuse('RefreshTokenRefused', 'Dropbox refused the refresh token: it is revoked or invalid', NEW_TOKEN_HINT);
  }
  if (typeof error === 'string' && error.startsWith('invalid_client')) {
    return refuse(
      'AppRefused',
      'Dropbox refused the app key or app secret',
      'compare DROPBOX_APP_KEY and DROPBOX_APP_SECRET with the app console',
    );
  }
  if (APP_DISABLED.test(body)) return appDisabled();
  return refuse(
    'TokenRefused',
    `Dropbox gave no access token (status ${status}${typeof error === 'string' ? `, ${error}` : ''})`,
    'check the app key, app secret and refresh token',
  );
}

/** Any 401 that a new access token does not heal (dropbox-api-spec auth.stone, AuthError). */
export function unauthorised(route: string, body: string): Failure {
  const error = parseObject(body)?.['error'];
  const tag = member(error, '.tag');
  if (tag === 'missing_scope') {
    const scope = member(error, 'required_scope');
    return new Failure('ScopeMissing', `the Dropbox app lacks the permission ${String(scope)}, needed for ${route}`, {
      hint: 'tick it under Permissions in the app console, then link the app again: an old refresh token does not gain it',
    });
  }
  if (tag === 'user_suspended') {
    return new Failure('UserSuspended', 'the Dropbox account is suspended', {
      hint: 'ask the team admin, or link the app to another account',
    });
  }
  return new Failure('AccessRefused', `Dropbox refused the access token at ${route} (${String(tag ?? 401)})`, {
    hint: NEW_TOKEN_HINT,
  });
}

/** Any 403: team policies, and the monthly limit of calls that some business plans have. */
export function forbidden(route: string, body: string): Failure {
  const error = parseObject(body)?.['error'];
  if (member(member(error, 'invalid_account_type'), '.tag') === 'feature') {
    return new Failure(
      'DataTransportLimit',
      "the team's data transport calls for this month are used up, or its plan lacks a feature",
      {
        hint: 'raise uploadPartMiB (fewer calls), ask Dropbox for a higher limit, or wait for the first of the month',
      },
    );
  }
  return new Failure(
    'AccessForbidden',
    `Dropbox forbids ${route} for this account (${String(member(error, '.tag') ?? 403)})`,
    {
      hint: "check the team's policies and the account's access to the folder",
    },
  );
}

export function appDisabled(): Failure {
  return new Failure('AppDisabled', 'the Dropbox app is disabled', {
    hint: 'open the app console: Dropbox says there why and how to enable it again',
  });
}

export function teamToken(): Failure {
  return new Failure('TeamToken', 'the token is for a whole Dropbox team, not for an account', {
    hint: 'untick every permission under "Team Scopes" in the app console (such as team_info.read, team_data.member, members.read), then link the app to the account again and put the new refresh token into the secret',
  });
}
