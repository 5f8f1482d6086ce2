import assert from 'node:assert/strict';
import { test } from 'node:test';
import './faults/listing.ts';
import './faults/listed-at-once.ts';
import './faults/content.ts';
import './faults/download.ts';
import './faults/full-disk.ts';
import './faults/lease.ts';
import './faults/limits.ts';
import './faults/log-crash.ts';
import './faults/log-killed.ts';
import './faults/log-mix.ts';
import './faults/log-outage.ts';
import './faults/log-refusal.ts';
import './faults/log-silence.ts';
import './faults/names.ts';
import './faults/overlap.ts';
import './faults/retention.ts';
import './faults/signals.ts';
import './faults/source-stream.ts';
import './faults/upload.ts';
import { tally } from './scenario.ts';

test('in no scenario anything was falsely verified, left behind or changed', (t) => {
  t.diagnostic(
    `fault scenarios run: ${tally.scenarios}, falsely verified: ${tally.falselyVerified.length}, orphans left: ${tally.orphans.length}, secrets shown: ${tally.secretsShown.length}`,
  );
  assert.ok(tally.scenarios > 0);
  assert.deepEqual(tally.falselyVerified, []);
  assert.deepEqual(tally.orphans, []);
  assert.deepEqual(tally.changedBackups, []);
  assert.deepEqual(tally.secretsShown, []);
});
