import { describe, it } from 'node:test';
import { NODE } from './cluster/places.ts';
import { endsWell } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { replaced, SLOWLY, underWay } from './stage/slow-run.ts';

const POLICY = 'drained';
const JOB = 'moved';

describe('A node that is drained', () => {
  it(
    'costs a run its pod and not its backup, although no retry was left',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const { kubectl } = stage;
      await stage.policy(POLICY, { job: { backoffLimit: 0 }, ...SLOWLY });
      const first = await underWay(stage, POLICY, JOB);
      const selector = `--pod-selector=batch.kubernetes.io/job-name=${JOB}`;
      const drain = ['drain', NODE, '--ignore-daemonsets', '--delete-emptydir-data', '--force', selector];
      try {
        await kubectl([...drain, '--timeout=120s']);
      } finally {
        await kubectl(['uncordon', NODE]);
      }
      await replaced(stage, JOB, first);
      await endsWell(stage, POLICY, JOB);
    }),
  );
});
