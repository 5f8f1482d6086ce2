import { ACCOUNT_ID, EMAIL, NAME, TEAM_MEMBER_ID } from './account-routes.ts';
import { list, required, struct, text, union } from './argument-checks.ts';
import { type Route, rpc } from './route.ts';
import type { World } from './world.ts';

const selector = union({ team_member_id: text(), external_id: text(/^/, 64), email: text(/^/, 255) });

export const TEAM_ROUTES: readonly Route[] = [
  rpc('team/members/get_info', struct({ members: required(list(selector, 0, Number.POSITIVE_INFINITY)) }), {
    scope: 'members.read',
    auth: 'team',
    handle: ({ world }, { members }) => ({ json: members.map(({ value }) => memberInfo(world, value)) }),
  }),
];

/** MembersGetInfoItem: the one member, by whatever is known of it, or that there is no such one. */
function memberInfo({ home, tree }: World, selected: string | undefined) {
  if (selected !== TEAM_MEMBER_ID && selected !== EMAIL) return { '.tag': 'id_not_found', id_not_found: selected };
  const profile = {
    team_member_id: TEAM_MEMBER_ID,
    account_id: ACCOUNT_ID,
    email: EMAIL,
    email_verified: true,
    status: { '.tag': 'active' },
    name: NAME,
    membership_type: { '.tag': 'full' },
    groups: [],
    member_folder_id: home.namespaceId,
    root_folder_id: tree.top.namespaceId,
  };
  return { '.tag': 'member_info', profile, role: { '.tag': 'member_only' } };
}
