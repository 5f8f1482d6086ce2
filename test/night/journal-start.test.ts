import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../src/host/clock.ts';
import type { Journal, JournalRow } from '../../src/journal/journal.ts';
import { openJournal } from '../../src/journal/postgres.ts';
import { openScene } from './scene.ts';

/** Three attempts to connect would take 30 s; a night takes one or two. */
const LONGEST_MS = 15_000;

function memoryJournal(): { open(): Promise<Journal>; readonly rows: JournalRow[] } {
  const rows: JournalRow[] = [];
  return {
    rows,
    open: async () => ({
      write: async (row) => void rows.push(row),
      unfinished: async (runIds) => [...runIds],
      close: async () => undefined,
    }),
  };
}

test('a start that can not be logged holds up no backup, and its connection is closed when the backup is done', {
  timeout: 60_000,
}, async (t) => {
  const callers: Socket[] = [];
  const silent = createServer((socket) => callers.push(socket.resume())).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const url = `postgresql://job@127.0.0.1:${(silent.address() as AddressInfo).port}/log`;
  await using scene = await openScene();
  const journal = memoryJournal();
  let isStart = true;
  const began = performance.now();
  const report = await scene.night({
    openJournal(budgetMs, signal) {
      if (!isStart) return journal.open();
      isStart = false;
      return openJournal(url, { clock: systemClock, log: { warn: () => undefined }, budgetMs, signal });
    },
  });
  const took = performance.now() - began;
  assert.deepEqual([report.result, report.warnings], ['Succeeded', []], report.message);
  assert.ok(took < LONGEST_MS, `the night took ${took} ms`);
  assert.deepEqual(
    journal.rows.map(({ runId, status }) => [runId, status]),
    [[report.runId, 'completed']],
  );
  assert.equal(callers.length, 1);
  if (callers[0] && !callers[0].closed) await once(callers[0], 'close');
  assert.equal(scene.log.filter((line) => line.includes('the start could not be logged')).length, 0);
});

test('a start that can be logged is logged while the backup is being made', async () => {
  await using scene = await openScene();
  const journal = memoryJournal();
  const report = await scene.night({ openJournal: journal.open });
  assert.deepEqual(
    journal.rows.map(({ runId, status }) => [runId, status]),
    [
      [report.runId, 'running'],
      [report.runId, 'completed'],
    ],
  );
});

test('a start that fails while the backup is being made is told in the log, not in the report', async () => {
  await using scene = await openScene();
  const journal = memoryJournal();
  let isStart = true;
  const report = await scene.night({
    openJournal() {
      if (!isStart) return journal.open();
      isStart = false;
      return Promise.reject(new Error('no database today'));
    },
  });
  assert.deepEqual(report.warnings, []);
  assert.match(scene.log.join('\n'), /the start could not be logged in Postgres \(Unexpected\): no database today/);
});
