import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { NAMESPACE } from './release.ts';
import { openStage, type Stage } from './stage.ts';

/** A test on the stage; when it fails, what the cluster has to say of it is printed. */
export const onStage =
  (test: (stage: Stage) => Promise<void>): (() => Promise<void>) =>
  async () => {
    const stage = await openStage();
    await orExplain(stage.cluster.plane, () => test(stage));
  };

export async function orExplain(plane: ControlPlane, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(error);
    await explain(plane);
    throw error;
  }
}

const PODS_TOLD = 8;

async function explain(plane: ControlPlane): Promise<void> {
  const show = async (...args: string[]): Promise<void> => {
    const { stdout, stderr } = await plane.kubectl(args);
    console.error(`--- kubectl ${args.join(' ')}\n${stdout}${stderr}`);
  };
  await show('get', 'pods,jobs', '-A', '-o', 'wide');
  await show('get', 'events', '-n', NAMESPACE, '--sort-by=.lastTimestamp');
  const byAge = '--sort-by=.metadata.creationTimestamp';
  const { stdout } = await plane.kubectl(['get', 'pods', '-n', NAMESPACE, '-o', 'name', byAge]);
  for (const pod of stdout.split('\n').filter(Boolean).slice(-PODS_TOLD))
    await show('logs', '-n', NAMESPACE, pod, '--tail=40');
}
