import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { heldBackAndGoesOn } from './stage/held-back.ts';
import { applyAll } from './stage/office-objects.ts';
import { onStage } from './stage/on-stage.ts';
import { NAMESPACE } from './stage/release.ts';
import { claimOf, folderOf, volumeFor } from './stage/volume.ts';

const POLICY = 'claim';
const CLAIM = { name: 'shelf', namespace: NAMESPACE };
const PATH = '/mnt/shelf';
/** As whom the jobs run. */
const JOBS = 10001;

describe('A claim that is not bound', () => {
  it(
    'is what the status says the run waits for, and when it has a volume the backup goes there',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { cluster, dropbox } = stage;
      await applyAll(cluster.plane, [claimOf(CLAIM)]);
      await stage.policy(POLICY, { destination: { directory: { path: PATH, claimName: CLAIM.name } } });
      const folder = folderOf(CLAIM, cluster.places);
      const download = (path: string): Promise<Buffer> => readFile(join(folder, path.slice(PATH.length)));
      await heldBackAndGoesOn(
        { ...stage, dropbox: { ...dropbox, download } },
        {
          policy: POLICY,
          job: 'no-shelf',
          told: /^Unschedulable: .*unbound immediate PersistentVolumeClaims/,
          cure: () => applyAll(cluster.plane, [volumeFor(CLAIM, cluster.places, JOBS)]),
        },
      );
    }),
  );
});
