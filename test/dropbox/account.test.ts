import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { TEAM_MEMBER_ID } from './account-routes.ts';
import { type Emulator, startEmulator } from './emulator.ts';
import { manualClock } from './manual-clock.ts';
import { type RawClient, rawClient } from './raw-client.ts';

describe("A team member's account", () => {
  let emulator: Emulator;
  let client: RawClient;
  beforeEach(async () => {
    const team = { rootNamespaceId: '2345', homePath: '/Ann Lee' };
    emulator = await startEmulator({ clock: manualClock(), team, allocatedBytes: 1000 });
    client = rawClient(emulator);
  });
  afterEach(() => emulator.close());

  it('names the team and the member', async () => {
    const { json } = await client.rpc('users/get_current_account', null);
    assert.match(json.team.id, /^dbtid:/);
    assert.equal(json.team_member_id, TEAM_MEMBER_ID);
  });

  it('tells the limit of the member beside the space of the team, and only stop_sync refuses a commit', async () => {
    const summaries: string[] = [];
    for (const type of ['off', 'alert_only', 'stop_sync'] as const) {
      emulator.settings.memberLimit = { type, allocatedBytes: 10, usedBytes: 9 };
      const { allocation } = (await client.rpc('users/get_space_usage', null)).json;
      assert.deepEqual(
        [allocation.user_within_team_space_limit_type['.tag'], allocation.user_within_team_space_allocated],
        [type, 10],
      );
      const { status, json } = await client.upload('files/upload', { path: `/${type}.txt` }, 'two');
      summaries.push(status === 200 ? 'ok' : json.error_summary.replace(/\/\.*$/, ''));
    }
    assert.deepEqual(summaries, ['ok', 'ok', 'path/insufficient_space']);
  });

  it("is not opened by a team's token, unless the call says for which member", async () => {
    emulator.settings.teamToken = true;
    const refused = await client.rpc('files/list_folder', { path: '' });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /"files\/list_folder": This API function operates on a single Dropbox account, but/);
    const headers = { 'Dropbox-API-Select-User': TEAM_MEMBER_ID };
    assert.equal((await client.rpc('files/list_folder', { path: '' }, headers)).status, 200);
  });

  it("gives the team's app the member by id or address, with the folder that is the member's own", async () => {
    const emails = ['ann@office.example', 'bob@office.example'];
    const members = [
      { '.tag': 'team_member_id', team_member_id: TEAM_MEMBER_ID },
      ...emails.map((email) => ({ '.tag': 'email', email })),
    ];
    const infos = () => client.rpc('team/members/get_info', { members });
    assert.equal((await infos()).status, 400, 'the token of one member is no token of the team');
    emulator.settings.teamToken = true;
    assert.equal((await infos()).json.error.required_scope, 'members.read');
    emulator.oauth.setScopes(['members.read', 'account_info.read']);
    const [byId, byEmail, nobody] = (await infos()).json;
    assert.deepEqual(byEmail, byId);
    assert.deepEqual(nobody, { '.tag': 'id_not_found', id_not_found: 'bob@office.example' });
    const headers = { 'Dropbox-API-Select-User': byEmail.profile.team_member_id };
    const account = (await client.rpc('users/get_current_account', null, headers)).json;
    assert.deepEqual(
      [byId.profile.account_id, byId.profile.member_folder_id, byId.profile.root_folder_id],
      [account.account_id, account.root_info.home_namespace_id, account.root_info.root_namespace_id],
    );
  });
});
