import { after, describe, it } from 'node:test';
import { applyAll } from './stage/office-objects.ts';
import { openStage, secret } from './stage/stage.ts';
import { provesAlerts } from './watch/caused.ts';
import { forget, patch } from './watch/own-office.ts';

const WAITS = 'waits';
const SECRET = 'alert-not-yet';
const EACH_MINUTE = '* * * * *';
const NEVER_SOON = '30 4 1 1 *';

describe('Alerts of a run that cannot begin', () => {
  after(async () => await forget(await openStage(), WAITS));

  it(
    'are told while a Secret is missing, and end when it comes',
    { timeout: 900_000 },
    provesAlerts((watch) => ({
      cause: 'a Secret is missing when the schedule comes',
      cure: 'the Secret is made; its run goes on',
      about: { policy: WAITS },
      alerts: [
        'CaseBackupCredentialsInvalid',
        'CaseBackupCronJobNeverSucceeded',
        'CaseBackupPolicyNotReady',
        'CaseBackupRunWaiting',
      ],
      async bring() {
        const source = { dropbox: { credentialsSecretRef: { name: SECRET }, root: '/CASES' } };
        await watch.policy(WAITS, { source, schedule: EACH_MINUTE });
      },
      async heal() {
        await applyAll(watch.cluster.plane, [secret(SECRET, watch.dropbox.secret)]);
        await patch(watch, WAITS, { schedule: NEVER_SOON });
      },
    })),
  );
});
