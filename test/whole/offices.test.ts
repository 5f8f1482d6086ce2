import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { liveThrough } from './offices/office.ts';

/** `node test/whole/offices/soak.ts` lives through ten thousand. */
const OFFICES = 8;
const NIGHTS = 30;

test('offices that move, lose and forget for a month miss no file in silence, and no good backup', async (t) => {
  const workParent = mkdtempSync(join(tmpdir(), 'case-backup-offices-'));
  t.after(() => rmSync(workParent, { recursive: true }));
  const seed = Math.floor(Math.random() * 1e9);
  t.diagnostic(`seed ${seed}`);
  let unchanged = 0;
  for (let office = 0; office < OFFICES; office++) {
    const tally = await liveThrough(`${seed}-${office}`, NIGHTS, workParent);
    t.diagnostic(JSON.stringify(tally));
    unchanged += tally.unchanged;
  }
  assert.ok(unchanged > OFFICES * NIGHTS, `${unchanged} files were there all through a night`);
});
