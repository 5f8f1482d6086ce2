import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CONTROLLER_ANNOTATION } from '../../../src/api/kubernetes-names.ts';
import { contest, contestedBy, NAMELESS } from '../../../src/controller/contest.ts';
import type { CronJob } from '../../../src/controller/workloads.ts';
import { steppedClock } from '../../store/stepped-clock.ts';

const KEY = 'cases/nightly';
const keptBy = (name?: string): CronJob => ({
  metadata: { name: 'case-backup-nightly', ...(name && { annotations: { [CONTROLLER_ANNOTATION]: name } }) },
});

describe('A CronJob with the name of another controller', () => {
  it('is taken over once, as from a controller that was moved', () => {
    const { rival, claimed } = contest('new/c', steppedClock());
    assert.equal(rival(KEY, keptBy('old/c'), undefined), undefined);
    claimed(KEY);
    assert.equal(rival(KEY, keptBy('new/c'), undefined), undefined);
  });

  it('is left alone by both once the name comes back, for five minutes', () => {
    const clock = steppedClock();
    const [a, b] = [contest('a/c', clock), contest('b/c', clock)];
    a.claimed(KEY);
    assert.equal(b.rival(KEY, keptBy('a/c'), undefined), undefined);
    b.claimed(KEY);
    assert.equal(a.rival(KEY, keptBy('b/c'), undefined), 'b/c');
    const told = { message: contestedBy('a/c', 'b/c'), lastTransitionTime: clock.now().toISOString() };
    assert.equal(b.rival(KEY, keptBy('b/c'), told), 'a/c');
    clock.advance(299_000);
    assert.deepEqual([a.rival(KEY, keptBy('b/c'), told), b.rival(KEY, keptBy('b/c'), told)], ['b/c', 'a/c']);
    clock.advance(2_000);
    assert.deepEqual([a.rival(KEY, keptBy('b/c'), told), b.rival(KEY, keptBy('b/c'), told)], [undefined, undefined]);
  });

  it('is told in the same words by both', () => {
    assert.equal(contestedBy('a/c', 'b/c'), contestedBy('b/c', 'a/c'));
  });
});

describe('A CronJob without a name', () => {
  it('is put back when somebody has changed it, but not for ever', () => {
    const clock = steppedClock();
    const { rival, claimed } = contest('a/c', clock);
    for (let i = 0; i < 9; i++) {
      claimed(KEY);
      assert.equal(rival(KEY, keptBy(), undefined), undefined);
    }
    claimed(KEY);
    assert.equal(rival(KEY, keptBy(), undefined), NAMELESS);
  });
});
