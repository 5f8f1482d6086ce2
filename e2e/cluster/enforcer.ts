import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient, ApiObject } from '../../test/cluster/api-client.ts';
import { command } from './command.ts';
import { type AddressedPod, type NetworkPolicy, policyRules, TOP_CHAINS, type World } from './policy-rules.ts';

/**
 * Makes the bridge obey NetworkPolicies, which Debian's CNI plugins do not, and the CNIs that do are to be had as images
 * only. A pod that has just got its address is free for up to half a second.
 */
export interface Enforcer {
  /** Resolves when what there is now is obeyed. */
  enforced(): Promise<void>;
}

const PACE_MS = 500;

export async function startEnforcer(api: ApiClient, ended: AbortSignal): Promise<Enforcer> {
  let looks = 0;
  let rules = '';
  const enforce = async (): Promise<void> => {
    const wanted = policyRules(await look(api));
    if (wanted !== rules) restoreRules(wanted);
    rules = wanted;
    looks += 1;
  };
  await enforce();
  for (const [chain, own] of Object.entries(TOP_CHAINS)) await command('iptables', '-I', chain, '1', '-j', own);
  const keepOn = async (): Promise<void> => {
    while (!ended.aborted) {
      await delay(PACE_MS, undefined, { ref: false });
      // Without the API server nothing changes.
      await enforce().catch((error: unknown) => {
        if (!ended.aborted && !isUnreachable(error)) console.error(error);
      });
    }
  };
  void keepOn();
  return {
    async enforced() {
      // The look that goes on now may have begun before the call.
      const enough = looks + 2;
      while (looks < enough) await delay(PACE_MS / 5);
    },
  };
}

const isUnreachable = (error: unknown): boolean => error instanceof Error && 'code' in error;

interface PodObject extends ApiObject {
  readonly spec: { readonly hostNetwork?: boolean };
  readonly status: { readonly podIP?: string; readonly phase?: string };
}

async function look(api: ApiClient): Promise<World> {
  const [policies, pods, namespaces] = await Promise.all([
    api.list('/apis/networking.k8s.io/v1/networkpolicies'),
    api.list<PodObject>('/api/v1/pods'),
    api.list('/api/v1/namespaces'),
  ]);
  return {
    policies: policies as unknown as NetworkPolicy[],
    pods: pods.filter(hasAddress) as unknown as AddressedPod[],
    namespaces: new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}])),
  };
}

/** The address of a pod that has ended may be another's already. */
const hasAddress = ({ spec, status }: PodObject): boolean =>
  status.podIP !== undefined && spec.hostNetwork !== true && status.phase !== 'Succeeded' && status.phase !== 'Failed';

function restoreRules(rules: string): void {
  const { status, stderr } = spawnSync('iptables-restore', ['--noflush'], { input: rules, encoding: 'utf8' });
  if (status !== 0) throw new Error(`iptables-restore: ${stderr}`);
}
