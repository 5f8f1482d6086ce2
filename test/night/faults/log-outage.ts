import assert from 'node:assert/strict';
import { assertNoWarning, assertUnlogged, atFirst, databaseOf, logged, unlogged } from '../log-faults.ts';
import { scenario } from '../scenario.ts';

const DAY_MS = 86_400_000;
/** The oldest three of five nights have expired. */
const EXPIRING = { spec: { retention: { keepDays: 1, minimumBackups: 1, maxDeletionsPerRun: 10 } } } as const;

const REFUSED = /ECONNREFUSED/;

unlogged('Postgres that is down before the run costs the row only, which the next run writes', REFUSED, {
  row: 40,
  fault: (scene) => databaseOf(scene).stop(),
  heal: (scene) => databaseOf(scene).start(),
});

scenario('a run that could not be logged deletes nothing, and the next one catches up with both', {
  row: 40,
  exit: 'succeeded',
  scene: logged,
  night: EXPIRING,
  async fault(scene) {
    for (let night = 0; night < 3; night++) {
      await scene.night();
      scene.clock.advance(DAY_MS);
    }
    await databaseOf(scene).stop();
  },
  async check(scene, report) {
    assertUnlogged(report, /RetentionHeld: nothing more was deleted: the run could not be logged/);
    assert.deepEqual([report.retention?.deleted, report.retention?.expiredPending], [0, 3]);
    await databaseOf(scene).start();
    scene.clock.advance(3_600_000);
    assert.equal((await scene.night(EXPIRING)).retention?.deleted, 3);
  },
  prunes: true,
});

for (const [stage, route] of [
  ['listing', 'files/list_folder'],
  ['archiving', 'files/upload_session/append_v2'],
  ['verifying', 'files/get_metadata'],
  ['committing', 'files/move_v2'],
] as const) {
  unlogged(
    `Postgres that is stopped while the run is ${stage} costs the row only, which the next run writes`,
    REFUSED,
    {
      row: 40,
      fault: (scene) => atFirst(scene, route, () => databaseOf(scene).stop()),
      heal: (scene) => databaseOf(scene).start(),
    },
  );
}

scenario('Postgres that is stopped while the run is archiving and back before its end has the row the same night', {
  row: 40,
  exit: 'succeeded',
  scene: logged,
  fault(scene) {
    const database = databaseOf(scene);
    const ends = [
      atFirst(scene, 'files/upload_session/append_v2', () => database.stop()),
      atFirst(scene, 'files/move_v2', () => database.start()),
    ];
    return () => {
      for (const end of ends) end();
    };
  },
  check: (_, report) => assertNoWarning(report),
});

scenario('Postgres that comes back while the run waits for it at its end has the row the same night', {
  row: 40,
  exit: 'succeeded',
  scene: logged,
  fault(scene) {
    const database = databaseOf(scene);
    let waits = 0;
    database.onWait = () => (++waits === 3 ? database.start() : undefined);
    return atFirst(scene, 'files/move_v2', () => database.stop());
  },
  check: (_, report) => assertNoWarning(report),
});

scenario('Postgres that is stopped after the run and away for the whole next one misses no row in the end', {
  row: 40,
  exit: 'succeeded',
  scene: logged,
  fault: () => undefined,
  async check(scene, report) {
    assertNoWarning(report);
    await databaseOf(scene).stop();
    scene.clock.advance(3_600_000);
    assertUnlogged(await scene.night(), REFUSED);
  },
  heal: (scene) => databaseOf(scene).start(),
});

scenario('a run that is refused while Postgres is down gets its row from the next run', {
  row: 40,
  exit: 'refused',
  reason: 'SourceEmpty',
  scene: logged,
  async fault(scene) {
    scene.emulator.tree.move('/CASES', '/ELSEWHERE');
    scene.emulator.tree.folder('/CASES');
    await databaseOf(scene).stop();
  },
  check: (_, report) => assert.match(report.warnings.join(), /LogNotWritten/),
  async heal(scene) {
    scene.emulator.tree.remove('/CASES');
    scene.emulator.tree.move('/ELSEWHERE', '/CASES');
    await databaseOf(scene).start();
  },
});
