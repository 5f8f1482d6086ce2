import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { applyAll } from './stage/office-objects.ts';
import { openStage, secret } from './stage/stage.ts';
import { provesAlerts } from './watch/caused.ts';
import { forget, night, ownOffice, patch } from './watch/own-office.ts';

const UNLOGGED = 'unlogged';
const MISSED = 'missed';
const SECRET = 'alert-log';
const GOOD = 'Succeeded Verified';

describe('Alerts of the log and the schedule', () => {
  after(async () => {
    for (const policy of [UNLOGGED, MISSED]) await forget(await openStage(), policy);
  });

  it(
    'are told of a night that can not be logged',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { source } = await ownOffice(watch.dropbox, UNLOGGED);
      const url = watch.postgres.secret['DATABASE_URL'] ?? '';
      const setUrl = (to: string): Promise<void> =>
        applyAll(watch.cluster.plane, [secret(SECRET, { DATABASE_URL: to })]);
      await setUrl(url);
      await watch.policy(UNLOGGED, { source, logStore: { postgres: { secretRef: { name: SECRET } } } });
      return {
        cause: 'Postgres has another password',
        cure: 'the right one; a run by hand',
        about: { policy: UNLOGGED },
        alerts: ['CaseBackupLogWriteFailing', 'CaseBackupRetentionHeld'],
        async bring() {
          await setUrl(url.replace(/:[^:@]+@/, ':wrong@'));
          assert.equal(await night(watch, UNLOGGED), GOOD);
        },
        async heal() {
          await setUrl(url);
          assert.equal(await night(watch, UNLOGGED), GOOD);
        },
      };
    }),
  );

  it(
    'are told of a scheduled time at which nobody began a run',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { source } = await ownOffice(watch.dropbox, MISSED);
      await watch.policy(MISSED, { source, startingDeadlineSeconds: 60 });
      assert.equal(await night(watch, MISSED), GOOD);
      const { plane } = watch.cluster;
      // Else kube-state-metrics would know of no success at all.
      const cronJob = watch.policies.path('cronjobs', `case-backup-${MISSED}`);
      await until('its CronJob to know of that', async () => {
        const { status } = await plane.api.get<{ status: { lastSuccessfulTime?: string } }>(cronJob);
        return status.lastSuccessfulTime;
      });
      return {
        cause: 'kube-controller-manager is down when the schedule comes',
        cure: 'it is up again; the next run is good',
        about: { policy: MISSED },
        alerts: ['CaseBackupCronJobNotSucceeding', 'CaseBackupMissed'],
        within: 360_000,
        async bring() {
          await plane.stopControllerManager();
          await patch(watch, MISSED, { schedule: '* * * * *' });
        },
        heal: () => plane.startControllerManager(),
      };
    }),
  );
});
