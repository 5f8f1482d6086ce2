import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { agree } from './agree.ts';
import type { Ending } from './ending.ts';
import { ENDINGS_BY_EXIT_CODE, SUCCEEDED } from './endings-by-exit-code.ts';
import { ENDINGS_BY_NODE } from './endings-by-node.ts';
import { ENDINGS_BY_REPORT } from './endings-by-report.ts';
import { type Life, liveThrough } from './endings-life.ts';
import { type Stage, startStage, type Theatre } from './endings-stage.ts';
import { falseClaims } from './told-of-runs.ts';

const ENDINGS: readonly Ending[] = [...ENDINGS_BY_EXIT_CODE, ...ENDINGS_BY_NODE, ...ENDINGS_BY_REPORT];
const NAMESPACES = 3;
const AT_ONCE = 16;

const nameOf = ({ name }: Ending, i: number): string =>
  `p${i}-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`.slice(0, 40).replace(/-$/, '');

describe('The end of a run', () => {
  let stage: Stage;
  const lives: Life[] = [];

  before(async () => {
    stage = await startStage(NAMESPACES);
  });
  after(() => stage?.stop());

  describe('is told as it was, scheduled and by hand, after a good run:', { concurrency: AT_ONCE }, () => {
    for (const [i, ending] of ENDINGS.entries())
      it(ending.name, { timeout: 240_000 }, async () => {
        const theatre = stage.theatres[i % NAMESPACES] as Theatre;
        const life: Life = { theatre, policy: nameOf(ending, i), runs: [] };
        lives.push(life);
        await stage.policy(theatre, life.policy, { job: { backoffLimit: ending.backoffLimit } });
        await liveThrough(stage, life, SUCCEEDED, 'Scheduled');
        await liveThrough(stage, life, ending, 'Scheduled');
        await liveThrough(stage, life, ending, 'Manual');
      });
  });

  it('is told so to the last, and none is falsely called a success', async (t) => {
    const claims: string[] = [];
    const all = lives.flatMap(({ runs }) => runs);
    for (const { theatre, policy, runs } of lives) {
      const told = await stage.told(theatre, policy);
      claims.push(...falseClaims(told, runs));
      agree(told, runs);
    }
    const notGood = all.filter(({ truth }) => truth.result !== 'Succeeded').length;
    t.diagnostic(`${all.length} runs, ${notGood} of them not good; falsely succeeded: ${claims.length}`);
    assert.deepEqual(claims, []);
    assert.equal(all.length, 3 * ENDINGS.length);
  });
});
