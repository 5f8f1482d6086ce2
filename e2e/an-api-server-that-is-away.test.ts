import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../test/cluster/until.ts';
import { restart, whileCutOff } from './faults/api-server.ts';
import { endsWell } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';
import type { Stage } from './stage/stage.ts';

const MINUTES_MS = 5 * 60_000;

describe('An API server that is away', () => {
  it(
    'because it is killed and started again, costs a run nothing',
    { timeout: 600_000 },
    onStage(async (stage) => {
      await stage.policy('restarted', SLOWLY);
      await underWay(stage, 'restarted', 'meanwhile');
      await restart(stage);
      await endsWell(stage, 'restarted', 'meanwhile');
      await assertOnePod(stage, 'meanwhile');
    }),
  );

  it(
    'because it is cut off for five minutes, in which a run ends, is told of that run when it is back',
    { timeout: 1_200_000 },
    onStage(async (stage) => {
      const { dropbox, cluster } = stage;
      await stage.policy('cut-off', SLOWLY);
      await underWay(stage, 'cut-off', 'unheard');
      await whileCutOff(stage, async () => {
        const back = performance.now() + MINUTES_MS;
        const isThere = async (): Promise<boolean> =>
          (await dropbox.list('/BACKUPS-cut-off')).some((name) => name.endsWith('.zip'));
        await until('the backup to be there', isThere, { within: MINUTES_MS, everyMs: 1_000 });
        await delay(back - performance.now());
      });
      await until('the API server to be heard again', () => cluster.plane.api.get('/readyz'), { within: 60_000 });
      await endsWell(stage, 'cut-off', 'unheard');
      await assertOnePod(stage, 'unheard');
    }),
  );
});

async function assertOnePod({ policies, cluster }: Stage, job: string): Promise<void> {
  const path = `${policies.path('pods')}?labelSelector=batch.kubernetes.io/job-name=${job}`;
  assert.equal((await cluster.plane.api.list(path)).length, 1);
}
