import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../test/cluster/until.ts';
import { endOf, goodNight, runByHand } from './stage/nights.ts';
import { onStage } from './stage/on-stage.ts';
import { proveGood } from './stage/prove-good.ts';
import { SLOWLY, underWay } from './stage/slow-run.ts';
import { openStage, type Stage } from './stage/stage.ts';

const POLICY = 'kept';

const zips = async (stage: Stage): Promise<string[]> =>
  (await stage.dropbox.list(`/BACKUPS-${POLICY}`)).filter((name) => name.endsWith('.zip')).sort();

async function historyOf(stage: Stage): Promise<string[]> {
  const { history = [] } = await stage.policies.status(POLICY);
  return history.map(({ jobName, result }) => `${jobName} ${result}`);
}

describe('A release that comes and goes', () => {
  after(async () => {
    const { kubectl, policies } = await openStage();
    await kubectl(['delete', 'cbp', POLICY, '-n', policies.namespace, '--ignore-not-found']);
  });

  it(
    'proves itself by helm test',
    { timeout: 300_000 },
    onStage(async ({ release }) => assert.match(await release.helm(['test', 'case-backup']), /Phase: +Succeeded/)),
  );

  it(
    'is upgraded and rolled back while a run goes on, which both leave alone',
    { timeout: 600_000 },
    onStage(async (stage) => {
      await stage.policy(POLICY, SLOWLY);
      await underWay(stage, POLICY, 'meanwhile');
      await stage.release.upgrade({ controller: { replicas: 2, podAnnotations: { upgraded: 'yes' } } });
      await stage.release.helm(['rollback', 'case-backup', '--wait', '--timeout', '3m']);
      const end = await endOf(stage, POLICY, 'meanwhile');
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
      await proveGood(stage.dropbox, end.backupPath ?? '');
    }),
  );

  it(
    'is uninstalled, and policies, backups and nights stay; installed again, it goes on where it was',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const [history, before] = [await historyOf(stage), await zips(stage)];
      const { uid } = (await stage.policies.policy(POLICY)).metadata;
      await stage.release.helm(['uninstall', 'case-backup', '--wait', '--timeout', '3m']);
      try {
        await stage.policies.runByHand(POLICY, 'with-nobody-watching');
        await until(
          'the night without a controller to end',
          async () => {
            const { status } = await stage.cluster.plane.api.get<{ status?: { succeeded?: number; failed?: number } }>(
              stage.policies.path('jobs', 'with-nobody-watching'),
            );
            assert.equal(status?.failed ?? 0, 0);
            return status?.succeeded === 1;
          },
          { within: 240_000 },
        );
        const there = await zips(stage);
        assert.deepEqual(
          there.filter((name) => before.includes(name)),
          before,
        );
        assert.equal(there.length, before.length + 1);
      } finally {
        await stage.release.install();
      }
      const end = await endOf(stage, POLICY, 'with-nobody-watching');
      assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
      assert.equal((await stage.policies.policy(POLICY)).metadata.uid, uid);
      assert.deepEqual((await historyOf(stage)).slice(1), history);
      await goodNight(stage, POLICY, 'after-it');
    }),
  );

  it(
    'rendered by helm template and applied differs in nothing from what there is, also when it has worked for a minute',
    { timeout: 600_000 },
    onStage(async (stage) => {
      const { kubectl, release, policies } = stage;
      await release.helm(['uninstall', 'case-backup', '--wait', '--timeout', '3m']);
      const rendered = await release.template();
      const inNamespace = ['--server-side', '-n', policies.namespace, '-f', '-'];
      try {
        await kubectl(['apply', '--force-conflicts', ...inNamespace], rendered);
        await kubectl(['rollout', 'status', 'deployment/case-backup-controller', '-n', policies.namespace]);
        const end = await runByHand(stage, POLICY, 'by-gitops');
        assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', end.message);
        await delay(60_000);
        const { code, stdout, stderr } = await stage.cluster.plane.kubectl(['diff', ...inNamespace], {
          input: rendered,
        });
        assert.equal(`${code} ${stdout}`, '0 ', stderr);
      } finally {
        await release.install();
      }
    }),
  );
});
