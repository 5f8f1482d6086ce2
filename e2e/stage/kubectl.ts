import type { ControlPlane } from '../../test/cluster/control-plane.ts';

export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** Throws kubectl's own words when it fails. */
export const kubectlOf =
  (plane: ControlPlane): Kubectl =>
  async (args, input = '') => {
    const { code, stdout, stderr } = await plane.kubectl(args, { input, within: 300_000 });
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
