import assert from 'node:assert/strict';
import { test } from 'node:test';
import './faults/listing.ts';
import './faults/content.ts';
import './faults/download.ts';
import './faults/lease.ts';
import './faults/limits.ts';
import './faults/names.ts';
import './faults/retention.ts';
import './faults/upload.ts';
import { tally } from './scenario.ts';

test('in no scenario anything was falsely verified, left behind or changed', (t) => {
  t.diagnostic(
    `fault scenarios run: ${tally.scenarios}, falsely verified: ${tally.falselyVerified.length}, orphans after the next run: ${tally.orphans.length}`,
  );
  assert.ok(tally.scenarios > 0);
  assert.deepEqual(tally.falselyVerified, []);
  assert.deepEqual(tally.orphans, []);
  assert.deepEqual(tally.changedBackups, []);
});
