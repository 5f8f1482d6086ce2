import { parseArgs } from 'node:util';
import { liveOffices, OFFICES } from './lost-in-silence.ts';

/**
 * Offices that live longer than in the tests: `node test/backup/listing/soak.ts --nights 10000 [--seed N] [--kind 'in folders']`.
 */
const { values } = parseArgs({
  options: {
    nights: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    kind: { type: 'string', multiple: true, default: Object.keys(OFFICES) },
  },
});

const NIGHTS_OF_ONE = 80;

for (const kind of values.kind) {
  console.log(`an office ${kind}, seed ${values.seed}`);
  // A life is three quarters of the longest on average.
  const offices = Math.ceil(Number(values.nights) / (NIGHTS_OF_ONE * 0.75));
  const life = { offices, nights: NIGHTS_OF_ONE, seed: Number(values.seed), limitMs: 86_400_000 };
  console.log(JSON.stringify(await liveOffices(kind, life)));
}
