import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { openStage } from './stage/stage.ts';
import { provesAlerts } from './watch/caused.ts';
import { EXPECTED_POLICY } from './watch/objects.ts';
import { forget, night, ownOffice, patch } from './watch/own-office.ts';

const ASIDE = 'aside';
const GOOD = 'Succeeded Verified';

describe('Alerts of a policy that is put aside', { concurrency: 2 }, () => {
  after(async () => {
    for (const policy of [ASIDE, EXPECTED_POLICY]) await forget(await openStage(), policy);
  });

  it(
    'are told while it is suspended and has fewer backups than it keeps at least',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { source } = await ownOffice(watch.dropbox, ASIDE);
      return {
        cause: 'a policy of each minute is suspended, with one backup of three',
        cure: 'two runs by hand; it is let go on',
        about: { policy: ASIDE },
        alerts: ['CaseBackupSuspended', 'CaseBackupTooFewArchives'],
        // It has had the time for three once it is four intervals old.
        within: 420_000,
        async bring() {
          await watch.policy(ASIDE, {
            source,
            schedule: '* * * * *',
            suspend: true,
            retention: { minimumBackups: 3 },
          });
          assert.equal(await night(watch, ASIDE), GOOD);
        },
        async heal() {
          for (let n = 0; n < 2; n++) assert.equal(await night(watch, ASIDE), GOOD);
          await patch(watch, ASIDE, { suspend: false });
        },
      };
    }),
  );

  it(
    'are told when one that is expected is deleted',
    { timeout: 600_000 },
    provesAlerts(async (watch) => {
      await watch.policy(EXPECTED_POLICY);
      return {
        cause: 'a policy of `alerts.expectedPolicies` is deleted',
        cure: 'it is applied again',
        about: { policy: EXPECTED_POLICY },
        alerts: ['CaseBackupPolicyAbsent'],
        bring: () => forget(watch, EXPECTED_POLICY),
        heal: () => watch.policy(EXPECTED_POLICY),
      };
    }),
  );
});
