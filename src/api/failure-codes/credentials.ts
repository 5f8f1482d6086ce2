import type { Meaning } from './meaning.ts';

/** Exit 12: refused, revoked, or without a needed permission. */
export const CREDENTIALS = {
  AccessForbidden: {
    means: "A team policy, or the account's rights, forbid the request.",
    remedy: "Ask the team's administrator.",
  },
  AccessRefused: {
    means: 'Dropbox refused the access token.',
    remedy: 'Link the app again; put the new refresh token into the secret.',
  },
  AccessTokenExpired: {
    means: '`DROPBOX_ACCESS_TOKEN` lives four hours.',
    remedy: 'Use the app key, app secret and a refresh token.',
  },
  AccountDisabled: { means: 'The Dropbox account is disabled.', remedy: 'Enable it, or link another one.' },
  AppDisabled: { means: 'The Dropbox app is disabled.', remedy: 'The app console says why.' },
  AppRefused: { means: 'App key or app secret is wrong.', remedy: 'Compare them with the app console.' },
  DataTransportLimit: {
    means: "The team's upload calls of this month are used up.",
    remedy:
      'Raise `spec.transfer.uploadPartMiB` (fewer calls), ask Dropbox for more, or wait for the first of the month.',
  },
  NamespaceChanged: {
    means:
      'Paths start elsewhere than they did for the last backup, so another tree stands at the same path; or Dropbox no longer accepts the root.',
    remedy:
      'The account joined or left a team, or the team space moved. Check `spec.source.dropbox.namespace` and `root`. To begin anew, use a new destination folder (in Kubernetes, a new policy).',
  },
  ProxyLogin: {
    means: 'The proxy asks for a user and password, or refuses those that it was given.',
    remedy: 'Write them into the variable that the message names: `http://USER:PASSWORD@HOST:PORT`.',
  },
  RefreshTokenRefused: {
    means: 'The refresh token is revoked or wrong.',
    remedy: 'Link the app again; put the new token into the secret.',
  },
  RootNoAccess: {
    means: 'The account may see that a folder of the policy is there, and nothing of what is in it.',
    remedy: 'Give the account access to it, or link the app to an account that has it.',
  },
  ScopeMissing: {
    means: 'The app lacks a permission, which the message names.',
    remedy: 'Tick it in the app console, **then link the app again**: an old token does not gain it.',
  },
  TeamToken: {
    means: 'The app has team scopes, so its token is for a whole team and opens no single account.',
    remedy:
      'Untick everything under "Team Scopes" in the app console (`team_info.read`, `team_data.member`, `members.read`, …), **then link the app again**.',
  },
  TokenRefused: { means: 'Dropbox gave no access token.', remedy: 'Check app key, app secret and refresh token.' },
  UserSuspended: {
    means: "The team's administrator has suspended the account.",
    remedy: 'Ask them, or link another account.',
  },
} as const satisfies Readonly<Record<string, Meaning>>;
