import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveOffices } from './lost-in-silence.ts';

/** `node test/backup/listing/soak.ts --nights 10000 --seed SEED` lives longer, or the same life again. */
const LIVES = {
  'with a change feed': { offices: 10, nights: 40 },
  'with a change feed, listed all at once': { offices: 10, nights: 40 },
  'in folders': { offices: 10, nights: 40 },
  'in folders whose times tell nothing': { offices: 5, nights: 40 },
  'in folders on this disk': { offices: 3, nights: 30 },
  'in Dropbox': { offices: 2, nights: 15 },
  'in Dropbox, listed all at once': { offices: 2, nights: 15 },
};

for (const [kind, life] of Object.entries(LIVES)) {
  test(`no file of an office ${kind} is lost in silence while it moves night after night`, async (t) => {
    const seed = Date.now() % 2 ** 31;
    t.diagnostic(`seed ${seed}`);
    const told = await liveOffices(kind, { ...life, seed, limitMs: 30_000 });
    t.diagnostic(JSON.stringify(told));
    assert.ok(told.refused < told.nights / 4);
    assert.ok(told.moved > told.nights / 2);
  });
}
