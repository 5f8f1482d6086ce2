import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { policySchema } from '../../src/api/policy.ts';
import type { NightOptions } from '../../src/backup/night.ts';
import { runInTime } from '../../src/backup/run-in-time.ts';
import { systemClock } from '../../src/host/clock.ts';
import { openDirectoryStore } from '../../src/store/directory/directory-store.ts';
import { directorySpec, policyOf } from '../cli/policy-file.ts';

test('A run whose store obeys no signal ends 45 s after its own deadline, with a report', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'case-backup-in-time-'));
  t.after(() => rmSync(folder, { recursive: true }));
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const store = openDirectoryStore(folder, { clock: systemClock });
  const options: NightOptions = {
    policy: policySchema.parse(policyOf(directorySpec(folder, join(folder, 'BACKUPS')))),
    slot: undefined,
    source: { ...store, identify: () => new Promise(() => undefined) },
    destination: store,
    openJournal: undefined,
    // The deadline is all that a run sleeps for before its stores have answered.
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    workParent: folder,
    signal: new AbortController().signal,
  };
  let isOver = false;
  const ended = runInTime(options).finally(() => {
    isOver = true;
  });
  await turn();
  t.mock.timers.tick(44_999);
  await turn();
  assert.equal(isOver, false);
  t.mock.timers.tick(1);
  const { result, reason, exitCode, backup } = await ended;
  assert.deepEqual([result, reason, exitCode, backup], ['Failed', 'DeadlineExceeded', 14, undefined]);
});
