import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/host/errors.ts';
import type { Journal, JournalRow } from '../../src/journal/journal.ts';
import { openScene, type Scene } from './scene.ts';

const DAY_MS = 86_400_000;

interface TestJournal {
  open(): Promise<Journal>;
  /** What it took, in order. */
  readonly taken: JournalRow[];
  /** The runs whose finished rows it was offered, in order. */
  readonly offered: string[];
}

/** A log of which a test decides what becomes of a row: `write` may throw, or let time pass. */
function journalThat(write: (row: JournalRow) => void): TestJournal {
  const taken: JournalRow[] = [];
  const offered: string[] = [];
  return {
    taken,
    offered,
    open: async () => ({
      async write(row) {
        if (row.status === 'running') return;
        offered.push(row.runId);
        write(row);
        taken.push(row);
      },
      unfinished: async (runIds) => runIds.filter((id) => !taken.some((row) => row.runId === id)),
      close: async () => undefined,
    }),
  };
}

const away = async (): Promise<never> => {
  throw new Failure('JournalUnavailable', "Postgres at db:5432 can't be used: ECONNREFUSED");
};

/** Nights whose runs the log has not heard of. */
async function unloggedNights(scene: Scene, count: number): Promise<string[]> {
  const runIds: string[] = [];
  for (let night = 0; night < count; night++) {
    runIds.push((await scene.night({ openJournal: away })).runId);
    scene.clock.advance(DAY_MS);
  }
  return runIds;
}

test('a run says that it waits for the log where it does nothing else, and not while it archives', async () => {
  await using scene = await openScene();
  const journal = journalThat(() => undefined);
  const shown: unknown[] = [];
  let progress: () => unknown = () => undefined;
  await scene.night({
    onStart(run) {
      progress = () => run.progress.snapshot().waiting?.for;
    },
    async openJournal(_budgetMs, _signal, waits) {
      waits?.begin({ for: 'Postgres is away', since: scene.clock.now() });
      shown.push(progress());
      return journal.open();
    },
  });
  assert.deepEqual(shown, [undefined, 'Postgres is away']);
});

test('an old row that the log refuses keeps out no other and holds no retention, and is told', async () => {
  await using scene = await openScene();
  const [first, second] = await unloggedNights(scene, 2);
  const journal = journalThat(({ runId }) => {
    if (runId === first) throw new Failure('LogNotWritten', 'Postgres at db:5432 refused: row refused (42501)');
  });
  const report = await scene.night({ openJournal: journal.open });
  assert.equal(report.result, 'Succeeded', report.message);
  assert.deepEqual(
    journal.taken.map((row) => row.runId),
    [report.runId, second],
  );
  assert.deepEqual(report.warnings, [
    `EarlierRunsNotLogged: Postgres refuses the rows of 1 earlier run, the first of run ${first}: Postgres at db:5432 refused: row refused (42501)`,
  ]);
  assert.equal(report.logWritten, true);
  assert.equal(report.retention?.heldBecause, undefined);
});

test('a night whose own row is refused says so and holds retention', async () => {
  await using scene = await openScene();
  const journal = journalThat(() => {
    throw new Failure('LogNotWritten', 'Postgres at db:5432 refused: no');
  });
  const report = await scene.night({ openJournal: journal.open });
  assert.deepEqual(report.warnings, [
    'LogNotWritten: the run could not be logged in Postgres (LogNotWritten), a later run will do it: Postgres at db:5432 refused: no',
  ]);
  assert.deepEqual([report.logWritten, report.retention?.heldBecause], [false, 'the run could not be logged']);
});

test('a log that hangs is waited for once, however many rows are missing', async () => {
  await using scene = await openScene();
  await unloggedNights(scene, 3);
  const journal = journalThat(() => {
    throw new Failure('JournalUnavailable', "Postgres at db:5432 can't be used: it answers too slowly");
  });
  const report = await scene.night({ openJournal: journal.open });
  assert.deepEqual(journal.offered, [report.runId]);
  assert.match(report.warnings.join('\n'), /^LogNotWritten: .*it answers too slowly$/);
});

test('a log that takes each row slowly holds the lease no longer than its budget, and is caught up night by night', async () => {
  await using scene = await openScene();
  const [first, second] = await unloggedNights(scene, 2);
  const journal = journalThat(() => scene.clock.advance(60_000));
  const report = await scene.night({ openJournal: journal.open });
  assert.deepEqual(journal.offered, [report.runId, second]);
  assert.match(
    report.warnings.join('\n'),
    /^LogNotWritten: .*too slow for all that there is to log: 2 of 3 rows; see what keeps it busy/,
  );
  scene.clock.advance(DAY_MS);
  const next = await scene.night({ openJournal: journal.open });
  assert.deepEqual(journal.offered.slice(2), [next.runId, first]);
  assert.deepEqual(next.warnings, []);
});

test('the record of a run that was never logged outlives a database that is away for months', async () => {
  await using scene = await openScene();
  const failed = await scene.night({ openJournal: away, spec: { guards: { minFiles: 1000 } } });
  assert.equal(failed.reason, 'SourceEmpty');
  const recorded = async (): Promise<boolean> =>
    (await scene.inventory()).records.records.some(({ record }) => record.runId === failed.runId);

  scene.clock.advance(200 * DAY_MS);
  await scene.night({ openJournal: away });
  assert.equal(await recorded(), true);

  scene.clock.advance(DAY_MS);
  const journal = journalThat(() => undefined);
  await scene.night({ openJournal: journal.open });
  assert.ok(journal.taken.some(({ runId, status }) => runId === failed.runId && status === 'failed'));
  assert.equal(await recorded(), false);
});

test('the log of one policy is given no run of another in the same folder, which may have a log of its own', async () => {
  await using scene = await openScene({ cases: 2 });
  scene.emulator.tree.put('/CLOSED/OLD1/deed.txt', 'deed');
  await scene.night({ policyName: 'closed', sourceRoot: '/CLOSED' });
  const journal = journalThat(() => undefined);
  const { runId } = await scene.night({ openJournal: journal.open });
  assert.deepEqual(journal.offered, [runId]);
});
