import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dropboxEnv } from '../../test/cli/policy-file.ts';
import { type Policies, policiesIn } from '../../test/controller/policies-in.ts';
import { openShell, type Shell } from '../../test/docs/shell.ts';
import { startBareCluster } from './bare-cluster.ts';
import { makeOffice } from './office-objects.ts';
import { orExplain } from './on-stage.ts';
import type { OutsideDropbox } from './outside-dropbox.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { benchValues, NAMESPACE } from './release.ts';
import { CA, wayOut } from './stage.ts';

/** What a person has who sits before a cluster in which nothing of the product is. */
export interface NewCluster {
  readonly shell: Shell;
  readonly policies: Policies;
  /** A new and empty one. */
  readonly postgres: Postgres;
}

/**
 * A cluster for `work`, thrown away after it with all that it knew; `folder` is what the page calls $OFFICE. Returns what
 * it left behind, which should be nothing.
 */
export async function inNewCluster(
  { scene, proxy, authority }: OutsideDropbox,
  folder: string,
  work: (cluster: NewCluster) => Promise<void>,
): Promise<string[]> {
  const cluster = await startBareCluster();
  try {
    const { plane } = cluster;
    await makeOffice(plane);
    const postgres = await startPostgres(cluster);
    const authorities = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: CA.configMap },
      data: { [CA.key]: authority },
    };
    const values = { ...benchValues(plane), ...wayOut({ proxy }), extraObjects: [authorities] };
    writeFileSync(join(folder, 'values.yaml'), JSON.stringify(values));
    const env = { ...dropboxEnv(scene.emulator), ...postgres.secret, OFFICE: folder };
    using shell = await openShell(plane, env);
    await orExplain(plane, () => work({ shell, policies: policiesIn(plane, NAMESPACE), postgres }));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return await cluster.stop();
}
