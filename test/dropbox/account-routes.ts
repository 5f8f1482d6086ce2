import { defaulted, nothing, struct, text } from './argument-checks.ts';
import { plain, type Route, rpc } from './route.ts';
import type { Call } from './world.ts';

/** As conflicted copies name it too. */
export const ACCOUNT_NAME = 'Ann Lee';
export const ACCOUNT_ID = 'dbid:AAH4f99T0taONIb-OurWxbNQ6ywGRopQngc';

/** The one member of the emulated team. */
export const TEAM_MEMBER_ID = 'dbmid:AAHhy7WsR0x-u4ZCqiDl5Fz5zvuL3kmspwU';

export const EMAIL = 'ann@office.example';
export const NAME = {
  given_name: 'Ann',
  surname: 'Lee',
  familiar_name: 'Ann',
  display_name: ACCOUNT_NAME,
  abbreviated_name: 'AL',
};

/** FullTeam with the policies that every team has. */
const TEAM = {
  id: 'dbtid:AAFdgehTzw7WlXhZJsbGCLePe8RvQGYDr-I',
  name: 'Lee & Partners',
  sharing_policies: {
    shared_folder_member_policy: { '.tag': 'team' },
    shared_folder_join_policy: { '.tag': 'from_anyone' },
    shared_link_create_policy: { '.tag': 'team_only' },
    group_creation_policy: { '.tag': 'admins_only' },
    shared_folder_link_restriction_policy: { '.tag': 'anyone' },
    enforce_shared_link_password_policy: { '.tag': 'optional' },
    default_link_expiration_days_policy: { '.tag': 'none' },
    shared_link_default_permissions_policy: { '.tag': 'default' },
  },
  office_addin_policy: { '.tag': 'disabled' },
};

const echo = struct({ query: defaulted(text(/^/, 500), '') });

export const ACCOUNT_ROUTES: readonly Route[] = [
  rpc('check/user', echo, {
    scope: 'account_info.read',
    handle: (_call, args) => ({ json: { result: args.query } }),
  }),
  rpc('check/app', echo, {
    scope: undefined,
    auth: 'app',
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
  return {
    account_id: ACCOUNT_ID,
    name: NAME,
    email: EMAIL,
    email_verified: true,
    disabled: false,
    country: 'US',
    locale: 'en',
    referral_link: 'https://www.dropbox.com/referrals/none',
    ...(world.team ? { team: TEAM, team_member_id: TEAM_MEMBER_ID } : {}),
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
  const { type, allocatedBytes, usedBytes } = world.settings.memberLimit;
  const limits = {
    user_within_team_space_allocated: allocatedBytes,
    user_within_team_space_limit_type: { '.tag': type },
    user_within_team_space_used_cached: usedBytes,
  };
  return { used, allocation: { '.tag': 'team', used, allocated, ...limits } };
}
