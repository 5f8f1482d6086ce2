import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../test/cluster/until.ts';
import { canI, doneBy, mayByReview, whatStands } from './stage/attempts.ts';
import { DEEDS, type Deed, SAY_IT_IS_GOOD } from './stage/deeds.ts';
import { assertTold, endOf, ran } from './stage/nights.ts';
import { type Offices, openOffices, POLICY } from './stage/offices.ts';
import { onStage } from './stage/on-stage.ts';
import { proveGood } from './stage/prove-good.ts';
import { openStage } from './stage/stage.ts';

const NAMES = Array.from({ length: 10 }, (_, index) => `office-${index + 1}`);
const ALL_DEEDS = [...DEEDS, SAY_IT_IS_GOOD];
/** What `kubectl create job --from` and a look at its end take. */
const STARTERS_DEEDS = new Set(['see the policy', 'list policies', 'start a run']);

describe('Ten offices of one release', () => {
  let offices: Offices;
  before(
    async () => {
      offices = await openOffices(await openStage(), NAMES);
    },
    { timeout: 300_000 },
  );
  after(() => offices?.close());

  it(
    'are asked for all people and all offices, and each lets its own person alone in',
    { timeout: 300_000 },
    onStage(async (stage) => {
      // The role `edit` is put together by kube-controller-manager.
      const [first] = offices.all;
      await until('the role to be there', () => first && mayByReview(stage, first.person, first.name, DEEDS[0]));
      for (const { person, name } of offices.all) {
        const letIn: string[] = [];
        for (const office of NAMES)
          for (const deed of ALL_DEEDS)
            if (await mayByReview(stage, person, office, deed)) letIn.push(`${office}: ${deed.what}`);
        assert.deepEqual(
          letIn,
          DEEDS.map(({ what }) => `${name}: ${what}`),
          person,
        );
      }
    }),
  );

  it(
    'keep a person with the role edit out of the neighbour, by kubectl auth can-i and by trying',
    { timeout: 900_000 },
    onStage(async (stage) => {
      const before = await whatStands(stage, NAMES);
      await Promise.all(
        offices.all.map(async ({ person }, index) => {
          const neighbour = offices.all[(index + 1) % offices.all.length];
          assert.ok(neighbour);
          for (const deed of ALL_DEEDS) assert.equal(await canI(stage, person, neighbour, deed), 'no', deed.what);
          assert.deepEqual(await doneBy(stage, person, neighbour, ALL_DEEDS), []);
        }),
      );
      assert.deepEqual(await whatStands(stage, NAMES), before);
    }),
  );

  it(
    'let a starter start a run and see how it goes, and do nothing else, nowhere else',
    { timeout: 300_000 },
    onStage(async (stage) => {
      const [own, other] = offices.all;
      assert.ok(own && other);
      const others = ALL_DEEDS.filter(({ what }) => !STARTERS_DEEDS.has(what));
      for (const deed of others) assert.equal(await canI(stage, own.starter, own, deed), 'no', deed.what);
      const before = await whatStands(stage, NAMES);
      assert.deepEqual(await doneBy(stage, own.starter, own, others), []);
      assert.deepEqual(await doneBy(stage, own.starter, other, ALL_DEEDS), []);
      assert.deepEqual(await whatStands(stage, NAMES), before);
      const started = { ...deedCalled('start a run'), command: startRun('by-the-starter') };
      assert.deepEqual(await doneBy(stage, own.starter, own, [started]), ['start a run']);
      const end = await endOf(own, POLICY, 'by-the-starter');
      assert.equal(`${end.result} ${end.reason} ${end.trigger}`, 'Succeeded Verified Manual', end.message);
    }),
  );

  it(
    'make ten good nights at once, each started by its own person, who can do all the rest there too',
    { timeout: 900_000 },
    onStage(async (stage) => {
      await Promise.all(
        offices.all.map(async (office) => {
          for (const deed of DEEDS) assert.equal(await canI(stage, office.person, office, deed), 'yes', deed.what);
          const done = await doneBy(stage, office.person, office, ALL_DEEDS);
          assert.deepEqual(
            done,
            DEEDS.map(({ what }) => what),
          );
        }),
      );
      for (const [index, office] of offices.all.entries()) {
        const end = await endOf(office, POLICY, 'by-hand');
        assert.equal(`${end.result} ${end.reason}`, 'Succeeded Verified', `${office.name}: ${end.message}`);
        await proveGood(stage.dropbox, end.backupPath ?? '');
        const before = index === 0 ? [ran('by-the-starter', 'Succeeded', 'Verified')] : [];
        const runs = [...before, ran('by-hand', 'Succeeded', 'Verified')];
        await assertTold(office, POLICY, runs, { success: 1, failures: 0, event: 'BackupSucceeded' });
      }
    }),
  );
});

const startRun = (job: string): string[] => ['create', 'job', job, `--from=cronjob/case-backup-${POLICY}`];

function deedCalled(what: string): Deed {
  const deed = DEEDS.find((one) => one.what === what);
  if (deed === undefined) throw new Error(`nothing is called ${what}`);
  return deed;
}
