import { spawnSync } from 'node:child_process';
import { attempt } from './command.ts';

const FAMILIES = ['iptables', 'ip6tables'] as const;
/** kube-proxy's, the kubelet's and policy-rules.ts' chains all begin so, and so does nobody else's. */
const OURS = /^(KUBE|E2E)-/;
const LEADING = /-[jg] (KUBE|E2E)-/;

/** Chains of Kubernetes that there are, as "iptables KUBE-SERVICES". */
export async function kubernetesChains(): Promise<string[]> {
  const found = await Promise.all(
    FAMILIES.map(async (family) => chainsIn(await saved(family)).map((chain) => `${family} ${chain}`)),
  );
  return found.flat();
}

/** Removes them and what leads into them, each table in one step; the machine's own rules stay in their order. */
export async function removeKubernetesRules(): Promise<void> {
  for (const family of FAMILIES) {
    const change = removalOf(await saved(family));
    if (change === '') continue;
    const { status, stderr } = spawnSync(`${family}-restore`, ['--noflush'], { input: change, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${family}-restore: ${stderr}`);
  }
}

const saved = async (family: string): Promise<string> => (await attempt(`${family}-save`)) ?? '';

const chainsIn = (rules: string): string[] =>
  [...rules.matchAll(/^:(\S+) /gm)].map(([, chain = '']) => chain).filter((chain) => OURS.test(chain));

/** What iptables-restore needs to hear to take out of `rules` (of iptables-save) what Kubernetes has put in. */
export function removalOf(rules: string): string {
  const tables = rules.split(/^(?=\*)/m).filter((table) => table.startsWith('*'));
  return tables
    .map((table) => {
      const chains = chainsIn(table);
      if (chains.length === 0) return '';
      const leading = table
        .split('\n')
        .filter((line) => line.startsWith('-A ') && !OURS.test(line.slice(3)) && LEADING.test(line));
      // To name a chain empties it, so that it can be removed whatever led to it from another.
      const lines = [
        table.split('\n')[0],
        ...chains.map((chain) => `:${chain} - [0:0]`),
        ...leading.map((line) => line.replace('-A ', '-D ')),
        ...chains.map((chain) => `-X ${chain}`),
      ];
      return `${lines.join('\n')}\nCOMMIT\n`;
    })
    .join('');
}
