import type { Policy } from '../api/policy.ts';
import { sideBySide } from '../host/parallel.ts';
import { Conflict, type FileEntry, type FolderEntry, type Store } from '../store/store.ts';
import { homeOf } from './home.ts';
import { type ReadJson, readJson } from './json-file.ts';
import { FORMER_POLICY_FILE, policyFile } from './names.ts';
import { putJson } from './put-json.ts';

/** What is kept of a policy at a destination: whoever finds it there knows that a run was here, whatever records say. */
export interface KeptPolicy {
  readonly own: FileEntry | FolderEntry | undefined;
  /** What that says, where it could be read. */
  readonly copy: ReadJson | undefined;
  /** The one copy for all policies that earlier releases kept, where this one was the last to be in it. */
  readonly former: FileEntry | undefined;
}

export const policyFileOf = (policy: Policy): string => policyFile(policy.metadata.name, homeOf(policy));

export async function findPolicy(destination: Store, policy: Policy, signal: AbortSignal): Promise<KeptPolicy> {
  const [own, former] = await sideBySide(
    signal,
    (until) => readAt(destination, policyFileOf(policy), until),
    (until) => readAt(destination, FORMER_POLICY_FILE, until),
  );
  const isFormer = former.copy && isOf(policy, former.copy.value);
  return { own: own.there, copy: own.copy, former: isFormer ? former.copy?.file : undefined };
}

async function readAt(destination: Store, path: string, signal: AbortSignal) {
  const there = await destination.stat(path, signal);
  return { there, copy: there?.kind === 'file' ? await readJson(destination, there, signal) : undefined };
}

/**
 * Keeps the policy beside the backups, as it would be applied: whoever has lost the cluster and has only the folder can
 * start again from it. Names of Secrets are in it, never what they hold. Written only when something differs. Resolves to
 * false when somebody else stands in the way.
 */
export async function keepPolicy(
  destination: Store,
  policy: Policy,
  { own, copy: kept, former }: KeptPolicy,
  signal: AbortSignal,
): Promise<boolean> {
  const { apiVersion, kind, metadata, spec } = policy;
  const { name, namespace } = metadata;
  const copy = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) }, spec };
  if (own?.kind === 'folder') return false;
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
