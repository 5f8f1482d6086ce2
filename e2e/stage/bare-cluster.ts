import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { archives, pauseArchive } from '../images/images.ts';

/** With every image, and nothing of the product installed. */
export async function startBareCluster(): Promise<Cluster> {
  const [pause, others] = [await pauseArchive(), await archives()];
  const cluster = await startCluster(pause);
  try {
    for (const archive of others) await cluster.load(archive);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
