import assert from 'node:assert/strict';
import { isPassing } from '../../../src/journal/faults.ts';
import type { LogDatabase } from '../log-database.ts';
import { assertNoWarning, atFirst, databaseOf, logged, unlogged } from '../log-faults.ts';
import { scenario } from '../scenario.ts';
import type { Scene } from '../scene.ts';

/** The first row that says how a run ended stays in its transaction; later ones pass. What was drawn before a crash stays drawn. */
const STAY_IN_TRANSACTION = `
  CREATE SEQUENCE attempts;
  SELECT nextval('attempts');
  GRANT USAGE ON SEQUENCE attempts TO PUBLIC;
  CREATE FUNCTION stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.status <> 'running' AND nextval('attempts') = 2 THEN PERFORM pg_sleep(60); END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER stay AFTER INSERT OR UPDATE ON backup_logs FOR EACH ROW EXECUTE FUNCTION stay()`;

/** Strikes once the server process that holds the finished row is in the middle of its transaction. */
async function inTransaction(scene: Scene, strike: (pid: number) => Promise<void> | void): Promise<() => void> {
  const database = databaseOf(scene);
  await database.sql(STAY_IN_TRANSACTION);
  let isOver = false;
  const watch = async (): Promise<void> => {
    while (!isOver) {
      const [row] = await database.sql(`SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
      if (row) return strike(Number(row['pid']));
    }
  };
  const end = atFirst(scene, 'files/move_v2', () => void watch());
  return () => {
    isOver = true;
    end();
  };
}

/** The server starts itself anew after the death of one of its processes, and refuses everybody meanwhile (57P03). */
async function untilReady(database: LogDatabase): Promise<void> {
  for (;;) {
    try {
      await database.sql('SELECT 1');
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
}

scenario('a server process that is killed in the middle of the transaction costs not even the row', {
  row: 40,
  exit: 'succeeded',
  scene: logged,
  fault(scene) {
    databaseOf(scene).onWait = () => untilReady(databaseOf(scene));
    return inTransaction(scene, (pid) => void process.kill(pid, 'SIGKILL'));
  },
  async check(scene, report) {
    assertNoWarning(report);
    const [attempts] = await databaseOf(scene).sql('SELECT last_value::int AS drawn FROM attempts');
    assert.ok(Number(attempts?.['drawn']) > 2, 'the transaction was not broken off');
  },
});

unlogged(
  'Postgres that is killed in the middle of the transaction has the row once after the next run',
  /Postgres at/,
  {
    row: 40,
    fault: (scene) => inTransaction(scene, () => databaseOf(scene).crash()),
    heal: (scene) => databaseOf(scene).start(),
  },
);
