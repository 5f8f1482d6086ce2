import { defaulted, nothing, struct, text } from './argument-checks.ts';
import { plain, type Route, rpc } from './route.ts';
import type { Call } from './world.ts';

const ACCOUNT_ID = 'dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc';

export const ACCOUNT_ROUTES: readonly Route[] = [
  rpc('check/user', struct({ query: defaulted(text(/^/, 500), '') }), {
    scope: 'account_info.read',
    handle: (_call, args) => ({ json: { result: args.query } }),
  }),
  rpc('users/get_current_account', nothing, {
    scope: 'account_info.read',
    handle: (call) => ({ json: account(call) }),
  }),
  rpc('users/get_space_usage', nothing, {
    scope: 'account_info.read',
    handle: (call) => ({ json: spaceUsage(call) }),
  }),
  rpc('auth/token/revoke', nothing, {
    scope: 'account_info.read',
    handle(call) {
      call.world.oauth.revoke(call.authorization);
      return { json: null };
    },
  }),
  plain('oauth2/token', (call: Call, args: Record<string, string>) => ({
    json: call.world.oauth.token(args, call.authorization),
    form: 'javascript',
  })),
];

function account({ world }: Call) {
  const name = {
    given_name: 'Ann',
    surname: 'Lee',
    familiar_name: 'Ann',
    display_name: 'Ann Lee',
    abbreviated_name: 'AL',
  };
  return {
    account_id: ACCOUNT_ID,
    name,
    email: 'ann@office.example',
    email_verified: true,
    disabled: false,
    country: 'US',
    locale: 'en',
    referral_link: 'https://www.dropbox.com/referrals/none',
    is_paired: false,
    account_type: { '.tag': world.team ? 'business' : 'pro' },
    root_info: rootInfo(world),
  };
}

/** RootInfo, also the payload of the 422 `invalid_root`. */
export function rootInfo({ home, team, tree }: Call['world']) {
  return {
    '.tag': team ? 'team' : 'user',
    root_namespace_id: tree.top.namespaceId,
    home_namespace_id: home.namespaceId,
    ...(team ? { home_path: team.homePath } : {}),
  };
}

function spaceUsage({ world }: Call) {
  const used = world.tree.usedBytes + world.settings.usedElsewhereBytes;
  const allocated = world.settings.allocatedBytes;
  if (!world.team) return { used, allocation: { '.tag': 'individual', allocated } };
  const limits = {
    user_within_team_space_allocated: 0,
    user_within_team_space_limit_type: { '.tag': 'off' },
    user_within_team_space_used_cached: 0,
  };
  return { used, allocation: { '.tag': 'team', used, allocated, ...limits } };
}
