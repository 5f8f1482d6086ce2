import type { Policy } from '../api/policy.ts';
import { Conflict, type Store } from '../store/store.ts';
import { readJson } from './json-file.ts';
import { POLICY_FILE } from './names.ts';
import { putJson } from './put-json.ts';

/**
 * Keeps the policy beside the backups, as it would be applied: whoever has lost the cluster and has only the folder can
 * start again from it. Names of Secrets are in it, never what they hold. Written only when something differs. Resolves to
 * false when somebody else stands in the way.
 */
export async function keepPolicy(destination: Store, policy: Policy, signal: AbortSignal): Promise<boolean> {
  const { apiVersion, kind, metadata, spec } = policy;
  const { name, namespace } = metadata;
  const copy = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) }, spec };
  const there = await destination.stat(POLICY_FILE, signal);
  if (there?.kind === 'folder') return false;
  const kept = there && (await readJson(destination, there, signal));
  if (kept && !kept.isRead) return false;
  if (kept && JSON.stringify(kept.value) === JSON.stringify(copy)) return true;
  try {
    await putJson(destination, { path: POLICY_FILE, value: copy, current: kept?.file ?? 'absent' }, signal);
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}
