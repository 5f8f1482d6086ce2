import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { openStage } from './stage/stage.ts';
import { provesAlerts } from './watch/caused.ts';
import { forget, night, ownOffice, zipsIn } from './watch/own-office.ts';

const EMPTY = 'empty';
const SHRUNK = 'shrunk';
const FORGOTTEN = 'forgotten';
const DAMAGED = 'damaged';
const FULL = 'full';
const GOOD = 'Succeeded Verified';
/** As the guards are set for a night in which a change is meant. */
const WIDE = { guards: { minFiles: 0, maxShrinkPercent: 100, maxByteShrinkPercent: 100 } };
const MIB = 2 ** 20;
const SLOWLY = { within: 180_000, everyMs: 1_000 };

describe('Alerts of what is stored', { concurrency: 3 }, () => {
  after(async () => {
    for (const policy of [EMPTY, SHRUNK, FORGOTTEN, DAMAGED, FULL]) await forget(await openStage(), policy);
  });

  it(
    'are told of a backup without a file',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { files, source } = await ownOffice(watch.dropbox, EMPTY, 1);
      await watch.policy(EMPTY, { source, ...WIDE });
      return {
        cause: 'the source is empty, and `minFiles` is 0',
        cure: 'a file; a run by hand',
        about: { policy: EMPTY },
        alerts: ['CaseBackupEmpty'],
        async bring() {
          await watch.dropbox.remove(files[0] ?? '');
          assert.equal(await night(watch, EMPTY), GOOD);
        },
        async heal() {
          await watch.dropbox.upload(files[0] ?? '', 'a letter');
          assert.equal(await night(watch, EMPTY), GOOD);
        },
      };
    }),
  );

  it(
    'are told of a source that has shrunk under guards that let it pass',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { files, source } = await ownOffice(watch.dropbox, SHRUNK);
      await watch.policy(SHRUNK, { source, ...WIDE });
      assert.equal(await night(watch, SHRUNK), GOOD);
      // It is measured by the middle of what has been seen, so a minute of six cases is what is usual.
      const seen = `count_over_time(namespace_policy:case_backup_last_success:files{policy="${SHRUNK}"}[14d]) >= 12`;
      await until('a usual size', async () => (await watch.prometheus.query(seen)).length > 0, SLOWLY);
      return {
        cause: 'four of six cases are gone, and the guards are off',
        cure: 'the cases are back; a run by hand',
        about: { policy: SHRUNK },
        alerts: ['CaseBackupShrunk'],
        async bring() {
          for (const file of files.slice(2)) await watch.dropbox.remove(file);
          assert.equal(await night(watch, SHRUNK), GOOD);
        },
        async heal() {
          for (const file of files) await watch.dropbox.upload(file, `${file}\n`.repeat(20));
          assert.equal(await night(watch, SHRUNK), GOOD);
        },
      };
    }),
  );

  it(
    'are told of a destination that has forgotten the nights before',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const { backups, source } = await ownOffice(watch.dropbox, FORGOTTEN);
      await watch.policy(FORGOTTEN, { source });
      for (let n = 0; n < 2; n++) assert.equal(await night(watch, FORGOTTEN), GOOD);
      return {
        cause: 'somebody removes the backup folder',
        cure: 'another run by hand',
        about: { policy: FORGOTTEN },
        alerts: ['CaseBackupGuardsInactive'],
        async bring() {
          await watch.dropbox.remove(backups);
          assert.equal(await night(watch, FORGOTTEN), GOOD);
        },
        heal: async () => assert.equal(await night(watch, FORGOTTEN), GOOD),
      };
    }),
  );

  it(
    'are told of a backup that somebody has changed',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      const office = await ownOffice(watch.dropbox, DAMAGED);
      await watch.policy(DAMAGED, { source: office.source });
      assert.equal(await night(watch, DAMAGED), GOOD);
      const [name] = await zipsIn(watch.dropbox, office);
      const path = `${office.backups}/${name}`;
      const good = await watch.dropbox.download(path);
      return {
        cause: 'somebody writes over a backup',
        cure: 'its bytes are put back; a run by hand',
        about: { policy: DAMAGED },
        alerts: ['CaseBackupDamaged'],
        async bring() {
          await watch.dropbox.upload(path, 'no ZIP at all');
          assert.equal(await night(watch, DAMAGED), GOOD);
        },
        async heal() {
          await watch.dropbox.upload(path, Uint8Array.from(good));
          assert.equal(await night(watch, DAMAGED), GOOD);
        },
      };
    }),
  );

  it(
    'are told of an account that is almost full',
    { timeout: 900_000 },
    provesAlerts(async (watch) => {
      await watch.policy(FULL);
      assert.equal(await night(watch, FULL), GOOD);
      const { quota } = await watch.policies.status(FULL);
      const usedElsewhere = (usedElsewhereBytes: number): Promise<void> =>
        watch.dropbox.order({ settings: { usedElsewhereBytes } });
      return {
        cause: 'the account has room for two or three more backups',
        cure: 'it has more room; a run by hand',
        about: { policy: FULL },
        alerts: ['CaseBackupDestinationAlmostFull'],
        async bring() {
          await usedElsewhere((quota?.allocatedBytes ?? 0) - (quota?.usedBytes ?? 0) - 6 * MIB);
          assert.equal(await night(watch, FULL), GOOD);
        },
        async heal() {
          await usedElsewhere(0);
          assert.equal(await night(watch, FULL), GOOD);
        },
      };
    }),
  );
});
