import { Failure } from '../../host/errors.ts';
import type { Identity, RootIdentity, Space } from '../store.ts';
import { isTagged } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { refusal } from './api/refusals.ts';
import { rootClosed } from './closed-folder.ts';
import { lookup } from './lookup.ts';
import type { Paths } from './paths.ts';

/** Who we are to Dropbox and where the root is; throws `credentials` or `configuration` where it can't be used. */
export async function identify(client: Client, paths: Paths, signal: AbortSignal): Promise<Identity> {
  const account = await client.account.whoAmI(signal);
  if (account.disabled) {
    throw new Failure('AccountDisabled', 'the Dropbox account is disabled', {
      hint: 'enable it, or link the app to another account',
    });
  }
  return {
    realm: `Dropbox account ${account.account_id}`,
    account: account.account_id,
    namespace: await client.namespace(signal),
    root: await rootIdentity(client, paths.root, signal),
  };
}

async function rootIdentity(client: Client, root: string, signal: AbortSignal): Promise<RootIdentity> {
  if (root === '') return { exists: true, path: '', lineage: [] };
  try {
    const found = await lookup(client, root, signal);
    if (!found) return { exists: false, path: root.toLowerCase(), lineage: [] };
    if (found['.tag'] !== 'folder') {
      throw new Failure('RootNotFolder', `${root} is a file, not a folder`, {
        hint: 'name a folder in the policy',
      });
    }
    if (found.sharing_info?.no_access) throw rootClosed(root);
    const lineage = [found.id];
    for (let parent = parentOf(root); parent !== ''; parent = parentOf(parent)) {
      const above = await lookup(client, parent, signal);
      if (above?.['.tag'] === 'folder') lineage.push(above.id);
    }
    return { exists: true, path: found.path_lower ?? root.toLowerCase(), lineage };
  } catch (error) {
    throw refusal(error, `looking up ${root}`);
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/**
 * A team's members share the team's space, unless their own part of it is limited: `alert_only` tells an administrator
 * and stops nothing (team_common.stone, MemberSpaceLimitType). 0 means that there is no limit.
 */
export async function space(client: Client, signal: AbortSignal): Promise<Space | undefined> {
  const { used, allocation } = await client.read(
    (sdk) => sdk.usersGetSpaceUsage({ signal }),
    signal,
    (answer) => typeof answer.used === 'number' && isTagged(answer.allocation),
  );
  if (allocation['.tag'] === 'individual') return limited(used, allocation.allocated);
  if (allocation['.tag'] !== 'team') return undefined;
  const isStopped = allocation.user_within_team_space_limit_type['.tag'] === 'stop_sync';
  const own = limited(allocation.user_within_team_space_used_cached, allocation.user_within_team_space_allocated);
  return (isStopped ? own : undefined) ?? limited(allocation.used, allocation.allocated);
}

function limited(used: number, allocated: number): Space | undefined {
  return allocated > 0 ? { used, allocated } : undefined;
}
