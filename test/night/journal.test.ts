import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal, JournalRow } from '../../src/journal/journal.ts';
import { openScene } from './scene.ts';

/** A log that refuses the rows that a test names; what it took, in order. */
function pickyJournal(refuses: (row: JournalRow) => boolean): { open(): Promise<Journal>; taken: JournalRow[] } {
  const taken: JournalRow[] = [];
  return {
    taken,
    open: async () => ({
      async write(row) {
        if (refuses(row)) throw new Error('row refused');
        taken.push(row);
      },
      unfinished: async (runIds) =>
        runIds.filter((id) => !taken.some((row) => row.runId === id && row.status !== 'running')),
      close: async () => undefined,
    }),
  };
}

test('an old row that the log refuses does not keep the row of tonight out, and is told', async () => {
  await using scene = await openScene();
  const first = await scene.night();
  scene.clock.advance(86_400_000);
  const journal = pickyJournal((row) => row.runId === first.runId);
  const report = await scene.night({ openJournal: journal.open });
  assert.equal(report.result, 'Succeeded', report.message);
  assert.deepEqual(
    journal.taken.filter((row) => row.status === 'completed').map((row) => row.runId),
    [report.runId],
  );
  assert.match(report.warnings.join(), /LogNotWritten.*row refused/);
  assert.equal(report.retention?.heldBecause, 'the run could not be logged');
});
