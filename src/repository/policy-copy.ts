import type { Policy } from '../api/policy.ts';
import { Conflict, type FileEntry, type FolderEntry, type Store } from '../store/store.ts';
import { homeOf } from './home.ts';
import { readJson } from './json-file.ts';
import { FORMER_POLICY_FILE, policyFile } from './names.ts';
import { putJson } from './put-json.ts';

/** What is kept of a policy at a destination: whoever finds it there knows that a run was here, whatever records say. */
export interface KeptPolicy {
  readonly own: FileEntry | FolderEntry | undefined;
  /** The one copy for all policies that earlier releases kept, where this one was the last to be in it. */
  readonly former: FileEntry | undefined;
}

export const policyFileOf = (policy: Policy): string => policyFile(policy.metadata.name, homeOf(policy));

export async function findPolicy(destination: Store, policy: Policy, signal: AbortSignal): Promise<KeptPolicy> {
  const own = await destination.stat(policyFileOf(policy), signal);
  const former = await destination.stat(FORMER_POLICY_FILE, signal);
  const read = former?.kind === 'file' ? await readJson(destination, former, signal) : undefined;
  return { own, former: read && isOf(policy, read.value) ? read.file : undefined };
}

/**
 * Keeps the policy beside the backups, as it would be applied: whoever has lost the cluster and has only the folder can
 * start again from it. Names of Secrets are in it, never what they hold. Written only when something differs. Resolves to
 * false when somebody else stands in the way.
 */
export async function keepPolicy(
  destination: Store,
  policy: Policy,
  { own, former }: KeptPolicy,
  signal: AbortSignal,
): Promise<boolean> {
  const { apiVersion, kind, metadata, spec } = policy;
  const { name, namespace } = metadata;
  const copy = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) }, spec };
  if (own?.kind === 'folder') return false;
  const kept = own && (await readJson(destination, own, signal));
  if (kept && !kept.isRead) return false;
  try {
    if (!kept || JSON.stringify(kept.value) !== JSON.stringify(copy))
      await putJson(destination, { path: policyFileOf(policy), value: copy, current: kept?.file ?? 'absent' }, signal);
    if (former) await destination.remove(former, signal);
    return true;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}

/** Of the one policy of its name and namespace; a copy that was kept by hand may have none. */
function isOf({ metadata }: Policy, copy: unknown): boolean {
  const { name, namespace = metadata.namespace } =
    (copy as { metadata?: { name?: unknown; namespace?: unknown } } | null | undefined)?.metadata ?? {};
  return name === metadata.name && namespace === metadata.namespace;
}
