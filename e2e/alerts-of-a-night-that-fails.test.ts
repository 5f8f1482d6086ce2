import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { applyAll } from './stage/office-objects.ts';
import { openStage, type Stage, secret } from './stage/stage.ts';
import { provesAlerts } from './watch/caused.ts';
import { forget, night, ownOffice, patch } from './watch/own-office.ts';

const REFUSED = 'refused';
const MISMATCH = 'mismatch';
const SKIPPED = 'skipped';
const SECRET = 'alert-refused';
const EACH_MINUTE = '* * * * *';
const ALWAYS = 1_000_000;

const setToken = ({ cluster, dropbox }: Stage, token: string): Promise<void> =>
  applyAll(cluster.plane, [secret(SECRET, { ...dropbox.secret, DROPBOX_REFRESH_TOKEN: token })]);

describe('Alerts of a night that fails', { concurrency: 3 }, () => {
  after(async () => {
    for (const policy of [REFUSED, MISMATCH, SKIPPED]) await forget(await openStage(), policy);
  });

  it(
    'are told when Dropbox refuses the credentials, also by kube-state-metrics',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      await setToken(watch, watch.dropbox.secret['DROPBOX_REFRESH_TOKEN'] ?? '');
      const source = { dropbox: { credentialsSecretRef: { name: SECRET }, root: '/CASES' } };
      await watch.policy(REFUSED, { source });
      assert.equal(await night(watch, REFUSED), 'Succeeded Verified');
      return {
        cause: 'Dropbox refuses the refresh token, every minute',
        cure: 'the right token; the next run is good',
        about: { policy: REFUSED },
        alerts: [
          'CaseBackupCredentialsInvalid',
          'CaseBackupCronJobNotSucceeding',
          'CaseBackupFailed',
          'CaseBackupJobFailed',
        ],
        async bring() {
          await setToken(watch, 'revoked');
          await patch(watch, REFUSED, { schedule: EACH_MINUTE });
        },
        heal: () => setToken(watch, watch.dropbox.secret['DROPBOX_REFRESH_TOKEN'] ?? ''),
      };
    }),
  );

  it(
    'are told when Dropbox stores something else than what was sent',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { backups, source } = await ownOffice(watch.dropbox, MISMATCH);
      await watch.policy(MISMATCH, { source });
      return {
        cause: 'Dropbox stores other bytes than were sent',
        cure: 'it stores what is sent; a run by hand',
        about: { policy: MISMATCH },
        alerts: ['CaseBackupFailed', 'CaseBackupJobFailed', 'CaseBackupVerificationFailed'],
        async bring() {
          const below = `${backups}/.case-backup/incoming/`;
          const effect = { kind: 'corruptCommit' } as const;
          const faults = [{ route: 'files/upload', below, times: ALWAYS, effect }];
          await watch.dropbox.order({ name: MISMATCH, faults });
          assert.equal(await night(watch, MISMATCH), 'Failed StoredDiffers');
        },
        async heal() {
          await watch.dropbox.order({ name: MISMATCH, faults: [] });
          assert.equal(await night(watch, MISMATCH), 'Succeeded Verified');
        },
      };
    }),
  );

  it(
    'are told when files can not be read',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { files, source } = await ownOffice(watch.dropbox, SKIPPED);
      await watch.policy(SKIPPED, { source });
      return {
        cause: 'Dropbox gives one of the files to nobody',
        cure: 'it gives it; a run by hand',
        about: { policy: SKIPPED },
        alerts: ['CaseBackupJobFailed', 'CaseBackupRetentionHeld', 'CaseBackupSkippedFiles'],
        async bring() {
          const effect = { kind: 'refusal', error: 'path/restricted_content' } as const;
          const faults = [{ route: 'files/download', below: files[2] ?? '', times: ALWAYS, effect }];
          await watch.dropbox.order({ name: SKIPPED, faults });
          assert.equal(await night(watch, SKIPPED), 'Incomplete FilesMissing');
        },
        async heal() {
          await watch.dropbox.order({ name: SKIPPED, faults: [] });
          assert.equal(await night(watch, SKIPPED), 'Succeeded Verified');
        },
      };
    }),
  );
});
