import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { liveThrough, type Tally } from './office.ts';

/**
 * Many offices for many nights: `node test/whole/offices/soak.ts [--offices 50] [--nights 200] [--seed S]`. Ends with 1
 * at the first thing that is wrong, and says in which office and night. The seed brings the office and its people back, but
 * not the order of calls that are under way together: try it a few times.
 */
const { values } = parseArgs({
  options: {
    offices: { type: 'string', default: '50' },
    nights: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
  },
});
const workParent = mkdtempSync(join(tmpdir(), 'case-backup-offices-'));
const sum: Tally = { nights: 0, unchanged: 0, results: {} };
console.log(`seed ${values.seed}`);
try {
  for (let office = 0; office < Number(values.offices); office++) {
    const tally = await liveThrough(`${values.seed}-${office}`, Number(values.nights), workParent);
    sum.nights += tally.nights;
    sum.unchanged += tally.unchanged;
    for (const [reason, count] of Object.entries(tally.results))
      sum.results[reason] = (sum.results[reason] ?? 0) + count;
    console.log(`office ${office}: ${JSON.stringify(sum)}`);
  }
} finally {
  rmSync(workParent, { recursive: true });
}
